/// How often a job goes on by itself when the database failed it for a moment, and after which pauses.
///
/// A server that refuses connections meanwhile is waited for by who connects.
package struct DatabaseRetries {
    /// Failures that pass: a server was restarted or cut the connection, or two transactions met.
    private static let passing: Set<String> = ["database_connection_lost", "database_conflict"]
    /// In milliseconds; so many failures one after the other are too many.
    private static let pauses = [200, 1000, 3000]

    private var failures = 0
    private var rowsDone = 0

    package init() {}

    /// Milliseconds to wait before the next try; `nil` when there is none.
    ///
    /// A try that has made more rows durable than all before it begins the count anew.
    package mutating func pause(after error: JobError, rowsDone now: Int = 0) -> Int? {
        guard Self.passing.contains(error.code) else { return nil }
        if now > rowsDone {
            rowsDone = now
            failures = 0
        }
        failures += 1
        return failures <= Self.pauses.count ? Self.pauses[failures - 1] : nil
    }
}

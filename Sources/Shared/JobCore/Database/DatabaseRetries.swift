/// How often a job goes on by itself when the database failed it for a moment, and after which pauses.
///
/// A server that refuses connections meanwhile is waited for by who connects. What passes is said by
/// `ErrorCode.databasePasses`.
package struct DatabaseRetries {
    /// What is tried again.
    package enum Work: Sendable {
        /// A whole export or import.
        case job
        /// A small change of the jobs' own records, which waits for other writers too.
        case records

        /// In milliseconds; so many failures one after the other are too many.
        fileprivate var pauses: [Int] {
            switch self {
            case .job: [200, 1000, 3000]
            case .records: [250, 250, 250, 250, 250]
            }
        }

        fileprivate func repeats(after passing: DatabasePassing) -> Bool {
            switch passing {
            case .soon: true
            case .whenOthersEnd: self == .records
            }
        }
    }

    private let work: Work
    private var failures = 0
    private var rowsDone = 0

    /// Retries of this kind of work, from the first on.
    package init(of work: Work) { self.work = work }

    /// Milliseconds to wait before the next try; `nil` when there is none.
    ///
    /// A try that has made more rows durable than all before it begins the count anew.
    package mutating func pause(after error: JobError, rowsDone now: Int = 0) -> Int? {
        guard let passing = error.code.databasePasses, work.repeats(after: passing) else { return nil }
        if now > rowsDone {
            rowsDone = now
            failures = 0
        }
        failures += 1
        return failures <= work.pauses.count ? work.pauses[failures - 1] : nil
    }
}

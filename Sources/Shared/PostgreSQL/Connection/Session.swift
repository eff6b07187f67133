internal import JobCore

/// Connecting with patience, and the settings that every transaction of a job has.
enum Session {
    /// Pauses between tries to connect, in milliseconds.
    private static let pauses = [100, 400, 1200, 2500]

    /// Seconds after which a server that does not answer is not asked again.
    private static let patience = 10.0

    /// A statement that waits longer than this for a lock ends the job with exit code 75.
    static let lockTimeout = "10s"

    /// Connects; a server that is starting or has no connection left is asked again a few times.
    ///
    /// Throws what `Connection` throws.
    static func connect(_ settings: ConnectionSettings, waker: Waker) async throws -> Connection {
        let start = WallClock.monotonicSeconds()
        for pause in pauses {
            do {
                return try Connection(settings, waker: waker)
            } catch let error as JobError where error.exitCode == .temporary {
                if WallClock.monotonicSeconds() - start > patience { throw error }
                try await Task.sleep(for: .milliseconds(pause))
            }
        }
        return try Connection(settings, waker: waker)
    }

    /// Statements that open a transaction with the job's own limits.
    ///
    /// A role's `statement_timeout` would count the time in which the job reads its source.
    static func begin(_ mode: String, on connection: Connection) -> String {
        var settings = [
            "statement_timeout = 0", "idle_in_transaction_session_timeout = 0", "lock_timeout = '\(lockTimeout)'",
            "standard_conforming_strings = on", "bytea_output = hex", "extra_float_digits = 1",
            "intervalstyle = iso_8601", "datestyle = 'ISO, YMD'", "timezone = 'UTC'",
        ]
        // A server whose client has vanished would go on until it next speaks.
        if connection.serverVersion >= 140_000 { settings.append("client_connection_check_interval = '5s'") }
        return "BEGIN \(mode); " + settings.map { "SET LOCAL \($0); " }.joined()
    }

    /// Does something inside the open transaction, or in one of its own: outside of any, the job's limits do not count.
    static func within<Value>(_ connection: Connection, _ work: () throws -> Value) throws -> Value {
        if connection.isInTransaction { return try work() }
        try connection.execute(begin("", on: connection))
        let value = try work()
        try connection.execute("COMMIT")
        return value
    }
}

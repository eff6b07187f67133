internal import JobCore

/// Connecting with patience, and the settings that every transaction of a job has.
enum Session {
    /// Pauses between tries to connect, in milliseconds; the last one is used again.
    private static let pauses = [100, 400, 1200, 2500, 4000]

    /// Seconds after which a server that does not answer, or cannot be reached, is not asked again.
    private static let patience = 10.0

    /// A statement that waits longer than this for a lock ends the job with exit code 75.
    static let lockTimeout = "10s"

    /// Connects; a server that is starting, restarting or has no connection left is asked again with growing pauses.
    ///
    /// Throws what `Connection` throws.
    static func connect(_ settings: ConnectionSettings, waker: Waker) async throws -> Connection {
        let start = WallClock.monotonicSeconds()
        var pauses = Self.pauses[...]
        while true {
            do {
                return try Connection(settings, waker: waker)
            } catch let error as JobError where error.exitCode == .temporary {
                // One that says no is there, or will be; silence may be a wrong address.
                let allowed = error.cause is ServerRefusal ? settings.patience : min(Self.patience, settings.patience)
                if WallClock.monotonicSeconds() - start >= allowed { throw error }
                let pause = pauses.count > 1 ? pauses.removeFirst() : pauses[pauses.startIndex]
                try await Task.sleep(for: .milliseconds(pause))
            }
        }
    }

    /// Statements that open a transaction with the job's own limits.
    ///
    /// A role's `statement_timeout` is meant for short questions; one statement of a job loads a chunk or sends a whole
    /// result. `idleLimit` is the time in which the transaction may be silent, in milliseconds; 0 is no limit. A role's
    /// `transaction_timeout` is left as it is.
    static func begin(_ mode: String, on connection: Connection, idleLimit: Int = 0) -> String {
        var settings = [
            "statement_timeout = 0", "idle_in_transaction_session_timeout = \(idleLimit)",
            "lock_timeout = '\(lockTimeout)'",
            "standard_conforming_strings = on", "bytea_output = hex", "extra_float_digits = 1",
            "intervalstyle = iso_8601", "datestyle = 'ISO, YMD'", "timezone = 'UTC'",
        ]
        // A server whose client has vanished would go on until it next speaks.
        if connection.serverVersion >= 140_000 { settings.append("client_connection_check_interval = '5s'") }
        return "BEGIN \(mode); " + settings.map { "SET LOCAL \($0); " }.joined()
    }

    /// Milliseconds that the role or the database lets a transaction be silent; 0 is no limit.
    ///
    /// Between transactions a session of a load may wait for its source as long as it takes: it holds nothing then.
    static func idleLimit(_ connection: Connection) throws -> Int {
        let found = try connection.execute(
            """
            SELECT (SELECT setting FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'),
              (SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout' AND setting <> '0')
            """)
        return found.text(0, 0).flatMap { Int($0) } ?? 0
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

/// The cause of a failure to connect to a server that answers, but takes nobody now: it restarts, or is full.
struct ServerRefusal: Error {}

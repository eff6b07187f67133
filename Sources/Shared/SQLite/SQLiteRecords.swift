internal import JobCore

/// Transactions over the jobs' own tables, on a thread of their own.
actor SQLiteRecords {
    private let executor = BlockingExecutor(label: "sqlite-records")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private struct Session: RecordSession {
        let connection: Connection

        var dialect: any SQLDialect { SQLiteDialect() }

        func run(_ statement: SQLStatement) throws -> [[String?]] {
            let prepared = try connection.prepare(statement)
            var rows: [[String?]] = []
            while try prepared.step() { rows.append(prepared.texts()) }
            return rows
        }
    }

    /// Runs the statements; a connection that is dropped rolls back.
    func transact<Value: Sendable>(
        path: String, _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) throws -> Value {
        let connection = try Connection(path: path, access: access == .reading ? .readOnly : .readWrite)
        try connection.execute("PRAGMA synchronous = FULL")
        if case .writing(_, moreFollows: true) = access { try connection.leaveLog() }
        // A database has one writer, whatever the lock is called.
        try connection.execute(access == .reading ? "BEGIN" : "BEGIN IMMEDIATE")
        let value = try work(Session(connection: connection))
        try connection.execute("COMMIT")
        return value
    }
}

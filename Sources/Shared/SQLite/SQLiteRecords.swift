internal import JobCore

/// Transactions over the jobs' own tables, on a thread of their own.
actor SQLiteRecords {
    private let executor = BlockingExecutor(label: "sqlite-records")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Runs the statements; a connection that is dropped rolls back.
    func transact<Value: Sendable>(
        path: String, _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) throws -> Value {
        let connection = try Connection(path: path, access: access == .reading ? .readOnly : .readWrite)
        try connection.execute("PRAGMA synchronous = FULL")
        if case .writing(_, moreFollows: true) = access { try connection.leaveLog() }
        // A database has one writer, whatever the lock is called.
        try connection.execute(access == .reading ? "BEGIN" : "BEGIN IMMEDIATE")
        let value = try work(SQLiteSession(connection: connection))
        try connection.execute("COMMIT")
        return value
    }
}

/// The transaction of a connection as one over the jobs' own tables.
struct SQLiteSession: SQLRecordSession {
    let connection: Connection

    var dialect: any SQLDialect { SQLiteDialect() }

    func query(_ statement: SQLStatement, _ take: ([String?]) throws -> Bool) throws {
        let prepared = try connection.prepare(statement)
        while try prepared.step() {
            if try !take(prepared.texts()) { return }
        }
    }

    func change(_ statement: SQLStatement) throws -> Int {
        try connection.prepare(statement).run()
        return Int(connection.changes)
    }
}

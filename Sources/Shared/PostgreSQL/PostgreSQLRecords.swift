internal import JobCore

/// The transaction of a connection as one over the jobs' own tables.
struct PostgreSQLRecords: SQLRecordSession {
    let connection: Connection

    var dialect: any SQLDialect { PostgreSQLDialect() }

    /// Waits until no other transaction holds the lock of that name, and holds it to the end of the open one.
    func lock(_ name: String) throws {
        try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", ["data-io:" + name])
    }

    func query(_ statement: SQLStatement, _ take: ([String?]) throws -> Bool) throws {
        let result = try run(statement)
        for row in 0..<result.rowCount {
            if try !take((0..<result.columnCount).map { result.text(row, $0) }) { return }
        }
    }

    func change(_ statement: SQLStatement) throws -> Int { try run(statement).changedRows }

    private func run(_ statement: SQLStatement) throws -> QueryResult {
        try connection.execute(statement.text, statement.values.map(Quoting.text))
    }
}

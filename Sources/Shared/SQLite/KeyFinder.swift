internal import CSQLite
internal import JobCore

/// Tells which rows of a batch have a key that the live table has.
@safe final class KeyFinder: KeyTable {
    private let connection: Connection
    private let find: Statement
    private let binder: RowBinder
    private let positions: [Int]
    private let hasRows: Bool

    init(_ connection: Connection, _ request: LoadRequest, _ columns: [Column]) throws(JobError) {
        self.connection = connection
        binder = RowBinder(columns, connection)
        positions = RowKeys(request.resource.key, columns).positions
        let dialect = SQLiteDialect()
        let table = "main.\(dialect.quoteTable(request.resource.table))"
        let match = request.resource.key.enumerated().map { " AND \(dialect.quote($1)) = ?\($0 + 2)" }.joined()
        find = try connection.prepare("SELECT 1 FROM \(table) WHERE org_id = ?1" + match)
        try find.bind(.text(request.orgId), at: 1)
        let any = try connection.prepare(
            SQLStatement("SELECT 1 FROM \(table) WHERE org_id = ?1 LIMIT 1", values: [.text(request.orgId)]))
        hasRows = try any.step()
    }

    /// Places of the rows whose key is there.
    func existing(_ batch: RowBatch, _ rows: [Int]) throws -> Set<Int>? {
        var found: Set<Int> = []
        if !hasRows { return found }
        try batch.withCells { cells throws(JobError) in
            for row in rows {
                try unsafe binder.bind(find.handle, cells, row, positions)
                let code = unsafe sqlite3_step(find.handle)
                find.reset()
                if code == SQLITE_ROW {
                    found.insert(row)
                } else if code != SQLITE_DONE {
                    throw connection.failure(code, doing: "find")
                }
            }
        }
        return found
    }
}

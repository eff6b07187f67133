internal import CSQLite
internal import JobCore

/// Inserts batches of canonical text.
///
/// The hot loop of every SQLite import.
@safe final class RowInserter: BatchWriter {
    private let connection: Connection
    private let columns: [Column]
    private let binder: RowBinder
    private let insert: Statement
    /// Tells whether a key is there: what an upsert asks before it writes.
    private let find: Statement?
    private let mode: LoadMode
    /// Where each key column is in a batch.
    private let keyPositions: [Int]

    /// Prepares the statements for rows of these columns.
    init(connection: Connection, request: LoadRequest, mode: LoadMode, columns: [Column]) throws(JobError) {
        self.connection = connection
        self.columns = columns
        binder = RowBinder(columns, connection)
        let dialect = SQLiteDialect()
        let resource = request.resource
        keyPositions = resource.key.compactMap { key in columns.firstIndex { $0.name == key } }
        self.mode = mode
        let conflict = (["org_id"] + resource.key).map(dialect.quote).joined(separator: ", ")
        let names = (["org_id"] + columns.map(\.name)).map(dialect.quote).joined(separator: ", ")
        let marks = (0...columns.count).map { "?\($0 + 1)" }.joined(separator: ", ")
        insert = try connection.prepare(
            "INSERT INTO \(dialect.quoteTable(resource.table)) (\(names)) VALUES (\(marks)) "
                + "ON CONFLICT (\(conflict)) " + Self.resolution(request, mode, columns, dialect))
        if mode == .upsert {
            let match = resource.key.enumerated().map { " AND \(dialect.quote($1)) = ?\($0 + 2)" }.joined()
            find = try connection.prepare(
                "SELECT 1 FROM main.\(dialect.quoteTable(resource.table)) WHERE org_id = ?1" + match)
            try find?.bind(.text(request.orgId), at: 1)
        } else {
            find = nil
        }
        try insert.bind(.text(request.orgId), at: 1)
    }

    /// What happens to a row whose key is there.
    private static func resolution(
        _ request: LoadRequest, _ mode: LoadMode, _ columns: [Column], _ dialect: SQLiteDialect
    )
        -> String
    {
        if mode == .insert { return "DO NOTHING" }
        let changed = columns.filter { !request.resource.key.contains($0.name) }.map { dialect.quote($0.name) }
        // Without other columns there is nothing to change, but the row counts as changed.
        let names = changed.isEmpty ? [dialect.quote(request.resource.key[0])] : changed
        return "DO UPDATE SET " + names.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    }

    /// Loads the rows in order; tells what became of them.
    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        var outcome = LoadOutcome()
        let all = Array(columns.indices)
        try batch.withCells { cells throws(JobError) in
            for row in rows {
                var isThere = false
                if let find {
                    try unsafe binder.bind(find.handle, cells, row, keyPositions)
                    isThere = try self.isThere(find)
                }
                try unsafe binder.bind(insert.handle, cells, row, all)
                let code = unsafe sqlite3_step(insert.handle)
                insert.reset()
                if code == SQLITE_DONE {
                    outcome.count(row, as: mode, isNew: connection.changes > 0 && !isThere)
                } else if code & 0xFF == SQLITE_CONSTRAINT {
                    outcome.refused.append(RowVerdict(row: row, reason: try connection.refusal(code)))
                } else {
                    throw connection.failure(code, doing: "insert")
                }
            }
        }
        return outcome
    }

    private func isThere(_ find: Statement) throws(JobError) -> Bool {
        let code = unsafe sqlite3_step(find.handle)
        find.reset()
        if code == SQLITE_ROW { return true }
        if code != SQLITE_DONE { throw connection.failure(code, doing: "find") }
        return false
    }
}

extension LoadOutcome {
    /// Counts a row that the database took or, because its key was there, did not.
    fileprivate mutating func count(_ row: Int, as mode: LoadMode, isNew: Bool) {
        if isNew {
            inserted += 1
        } else if mode == .upsert {
            updated += 1
        } else {
            refused.append(RowVerdict(row: row, reason: .duplicateKey))
        }
    }
}

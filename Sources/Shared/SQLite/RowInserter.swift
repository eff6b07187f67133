internal import CSQLite
internal import JobCore

/// Inserts batches of canonical text.
///
/// The hot loop of every SQLite import.
@safe final class RowInserter {
    private let connection: Connection
    private let columns: [Column]
    private let insert: Statement
    /// Tells whether a key is there: what a dry run asks instead of writing, and an upsert before it does.
    private let find: Statement?
    private let isDryRun: Bool
    private let mode: LoadMode
    /// Where each key column is in a batch.
    private let keyPositions: [Int]

    /// Prepares the statements for rows of these columns.
    init(connection: Connection, plan: LoadPlan, columns: [Column]) throws(JobError) {
        self.connection = connection
        self.columns = columns
        let dialect = SQLiteDialect()
        let resource = plan.resource
        keyPositions = resource.key.compactMap { key in columns.firstIndex { $0.name == key } }
        isDryRun = plan.isDryRun
        mode = plan.mode
        let conflict = (["org_id"] + resource.key).map(dialect.quote).joined(separator: ", ")
        if plan.isDryRun {
            let keys = resource.key.map(dialect.quote)
            try connection.execute(
                "CREATE TEMP TABLE dry_run_keys (org_id, \(keys.joined(separator: ", ")), PRIMARY KEY (\(conflict))) "
                    + "WITHOUT ROWID")
            let marks = (0...keys.count).map { "?\($0 + 1)" }.joined(separator: ", ")
            insert = try connection.prepare(
                "INSERT INTO temp.dry_run_keys VALUES (\(marks)) ON CONFLICT (\(conflict)) DO NOTHING")
        } else {
            let names = (["org_id"] + columns.map(\.name)).map(dialect.quote).joined(separator: ", ")
            let marks = (0...columns.count).map { "?\($0 + 1)" }.joined(separator: ", ")
            insert = try connection.prepare(
                "INSERT INTO \(dialect.quoteTable(resource.table)) (\(names)) VALUES (\(marks)) "
                    + "ON CONFLICT (\(conflict)) " + Self.resolution(plan, columns, dialect))
        }
        if plan.isDryRun || plan.mode == .upsert {
            let match = resource.key.enumerated().map { " AND \(dialect.quote($1)) = ?\($0 + 2)" }.joined()
            find = try connection.prepare(
                "SELECT 1 FROM main.\(dialect.quoteTable(resource.table)) WHERE org_id = ?1" + match)
            try find?.bind(.text(plan.orgId), at: 1)
        } else {
            find = nil
        }
        try insert.bind(.text(plan.orgId), at: 1)
    }

    /// What happens to a row whose key is there.
    private static func resolution(_ plan: LoadPlan, _ columns: [Column], _ dialect: SQLiteDialect) -> String {
        if plan.mode == .insert { return "DO NOTHING" }
        let changed = columns.filter { !plan.resource.key.contains($0.name) }.map { dialect.quote($0.name) }
        // Without other columns there is nothing to change, but the row counts as changed.
        let names = changed.isEmpty ? [dialect.quote(plan.resource.key[0])] : changed
        return "DO UPDATE SET " + names.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    }

    /// Loads the rows in order; tells what became of them.
    func load(_ batch: RowBatch) throws(JobError) -> LoadOutcome {
        var outcome = LoadOutcome()
        let all = Array(columns.indices)
        let count = batch.rowCount
        let ends = batch.ends
        try unsafe batch.bytes.withUnsafeBufferPointer { bytes throws(JobError) in
            for row in 0..<count {
                var isThere = false
                if let find {
                    try unsafe bind(find.handle, bytes, ends, row, keyPositions)
                    isThere = try self.isThere(find)
                    if isThere && isDryRun {
                        outcome.count(row, as: mode, isNew: false)
                        continue
                    }
                }
                try unsafe bind(insert.handle, bytes, ends, row, isDryRun ? keyPositions : all)
                let code = unsafe sqlite3_step(insert.handle)
                insert.reset()
                if code == SQLITE_DONE {
                    outcome.count(row, as: mode, isNew: connection.changes > 0 && !isThere)
                } else if code & 0xFF == SQLITE_CONSTRAINT {
                    try expectTransaction()
                    outcome.refused.append(RowVerdict(row: row, reason: .constraint(Self.constraint(code))))
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

    private func expectTransaction() throws(JobError) {
        if connection.isInTransaction { return }
        throw JobError(
            "transaction_ended", .dataError,
            "\(connection.name): a constraint or trigger of the table rolled back the transaction",
            hint: "remove ON CONFLICT ROLLBACK and RAISE(ROLLBACK) from the table")
    }

    @inline(__always)
    private func bind(
        _ handle: OpaquePointer, _ bytes: UnsafeBufferPointer<UInt8>, _ ends: [UInt32], _ row: Int, _ bound: [Int]
    ) throws(JobError) {
        var parameter: CInt = 2
        for column in bound {
            let index = row * columns.count + column
            let end = ends[index]
            let start = index == 0 ? 0 : Int(ends[index - 1] & RowBatch.offsetMask)
            let code: CInt
            if end & RowBatch.nullFlag != 0 {
                code = unsafe sqlite3_bind_null(handle, parameter)
            } else {
                let field = unsafe UnsafeBufferPointer(rebasing: bytes[start..<Int(end & RowBatch.offsetMask)])
                code = unsafe bind(handle, parameter, field, columns[column].type)
            }
            if code != SQLITE_OK { throw connection.failure(code, doing: "bind") }
            parameter += 1
        }
    }

    @inline(__always)
    private func bind(
        _ handle: OpaquePointer, _ parameter: CInt, _ field: UnsafeBufferPointer<UInt8>, _ type: ColumnType
    ) -> CInt {
        switch type {
        case .timestamp:
            guard let value = unsafe Timestamp.parse(field) else { return SQLITE_MISMATCH }
            return unsafe sqlite3_bind_int64(handle, parameter, value)
        case .int:
            guard let value = unsafe Int64(String(decoding: field, as: UTF8.self)) else { return SQLITE_MISMATCH }
            return unsafe sqlite3_bind_int64(handle, parameter, value)
        case .bool:
            return unsafe sqlite3_bind_int64(handle, parameter, field.first == UInt8(ascii: "t") ? 1 : 0)
        case .double:
            guard let value = unsafe Double(String(decoding: field, as: UTF8.self)) else { return SQLITE_MISMATCH }
            return unsafe sqlite3_bind_double(handle, parameter, value)
        case .text, .decimal, .date, .uuid, .json:
            // The bytes stay where they are until the statement has run. A null pointer would bind null.
            guard let base = field.baseAddress else {
                return unsafe csqlite_bind_text_copy(handle, parameter, "", 0)
            }
            return unsafe base.withMemoryRebound(to: CChar.self, capacity: field.count) { characters in
                unsafe csqlite_bind_text(handle, parameter, characters, UInt64(field.count))
            }
        }
    }

    /// Name of the violated constraint kind; the message of SQLite would name values.
    private static func constraint(_ code: CInt) -> String {
        switch code >> 8 {
        case 1: "check"
        case 3: "foreign_key"
        case 5: "not_null"
        case 6: "primary_key"
        case 8: "unique"
        case 12: "data_type"
        default: "constraint"
        }
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

internal import JobCore

/// The job's row in `import_ledger` and its rows in `import_rejects`.
///
/// A dry run has no ledger row, and keeps its rejects in a temporary table that ends with its session.
struct ImportLedger {
    /// A page of rejects ends at about so many bytes, however few rows that are.
    private static let pageBytes = 8 << 20

    private let connection: Connection
    private let plan: LoadPlan
    private let statements: LedgerStatements
    private let rejectsTable: String

    init(connection: Connection, plan: LoadPlan) {
        self.connection = connection
        self.plan = plan
        rejectsTable = plan.isDryRun ? "pg_temp.dry_run_rejects" : "import_rejects"
        statements = LedgerStatements(plan, dialect: PostgreSQLDialect(), rejectsTable: rejectsTable)
    }

    /// The statement for the temporary table of a dry run.
    static let dryRunTable = """
        CREATE TEMP TABLE dry_run_rejects (org_id text, job_id text, record bigint, line bigint, byte_offset bigint, source_column text, \
        code text, message text, field_count bigint, fields text)
        """

    /// Makes this attempt the owner, in a transaction of its own.
    ///
    /// Returns the checkpoint of an earlier attempt, `nil` when there is none.
    func takeOver(_ lock: JobLock) throws -> LoadCheckpoint? {
        try connection.execute(Session.begin("", on: connection) + lock.mark)
        // An earlier attempt that is about to commit holds the row: what it has written is read behind it.
        if try run(statements.takeOver).changedRows == 0 { throw statements.leaseLost }
        let row = try run(statements.read)
        let found = try statements.checkpoint(
            counts: (0..<5).map { row.integer(0, $0) }, isComplete: row.flag(0, 5), sourceTag: row.text(0, 6) ?? "",
            specSHA256: row.text(0, 7) ?? "")
        try run(statements.discardAbandonedRejects)
        try connection.execute("COMMIT")
        return found
    }

    /// Writes the checkpoint into the open transaction.
    ///
    /// Throws `lease_lost` when another attempt took the job over.
    func record(_ checkpoint: LoadCheckpoint) throws {
        if plan.isDryRun { return }
        if try run(statements.record(checkpoint)).changedRows == 0 { throw statements.leaseLost }
    }

    /// Keeps refused rows in the open transaction.
    func keep(_ rejects: [RejectRecord]) throws {
        if rejects.isEmpty { return }
        var batch = RowBatch(columnCount: 10)
        for reject in rejects {
            for text in [plan.orgId, plan.jobId] { batch.append(text) }
            for number in [reject.record, reject.line, reject.byteOffset] { batch.append("\(number)") }
            for text in [reject.column, reject.code, reject.message] { batch.append(text) }
            batch.append("\(reject.fieldCount)")
            // The server's text holds no zero byte; the symbol for it stands for one.
            batch.append(
                String(String.UnicodeScalarView(reject.fields.unicodeScalars.map { $0 == "\0" ? "\u{2400}" : $0 })))
        }
        try connection.execute(
            "COPY \(rejectsTable) (org_id, job_id, \(LedgerStatements.rejectColumns)) FROM STDIN (FORMAT text)")
        var encoder = CopyTextEncoder(columns: Array(repeating: ColumnType.text, count: 10))
        try encoder.send(batch, rows: Array(0..<rejects.count), over: connection)
        _ = try connection.endCopyIn()
    }

    /// Kept rejects in record order.
    func rejects(after record: Int, limit: Int) throws -> [RejectRecord] {
        let rows = try run(statements.rejects(after: record, limit: limit))
        var found: [RejectRecord] = []
        var bytes = 0
        for row in 0..<rows.rowCount where bytes < Self.pageBytes {
            let fields = rows.text(row, 7) ?? ""
            found.append(
                RejectRecord(
                    record: rows.integer(row, 0), line: rows.integer(row, 1), byteOffset: rows.integer(row, 2),
                    column: rows.text(row, 3) ?? "", code: rows.text(row, 4) ?? "", message: rows.text(row, 5) ?? "",
                    fieldCount: rows.integer(row, 6), fields: fields))
            bytes += fields.utf8.count
        }
        return found
    }

    /// Kept rejects by code.
    func rejectCounts() throws -> [String: Int] {
        let rows = try run(statements.rejectCounts)
        var counts: [String: Int] = [:]
        for row in 0..<rows.rowCount { counts[rows.text(row, 0) ?? ""] = rows.integer(row, 1) }
        return counts
    }

    /// How much is kept.
    func rejectUsage() throws -> RejectUsage {
        let row = try run(statements.rejectUsage)
        return RejectUsage(rows: row.integer(0, 0), bytes: row.integer(0, 1))
    }

    /// Deletes the kept rejects of the job.
    func discardRejects() throws { try run(statements.discardRejects) }

    @discardableResult
    private func run(_ statement: SQLStatement) throws -> QueryResult {
        try connection.execute(statement.text, statement.values.map(Quoting.text))
    }
}

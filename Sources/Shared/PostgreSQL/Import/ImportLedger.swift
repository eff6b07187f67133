internal import JobCore

/// The job's row in `import_ledger` and its rows in `import_rejects`.
///
/// A dry run has neither.
struct ImportLedger {
    /// A page of rejects ends at about so many bytes, however few rows that are.
    private static let pageBytes = 8 << 20

    private let connection: Connection
    private let plan: LoadPlan
    private let statements: LedgerStatements

    init(connection: Connection, plan: LoadPlan) {
        self.connection = connection
        self.plan = plan
        statements = LedgerStatements(plan, dialect: PostgreSQLDialect())
    }

    /// Makes this attempt the owner, in a transaction of its own.
    ///
    /// Returns the checkpoint of an earlier attempt, `nil` when there is none, and jobs that nobody goes on with.
    func takeOver(_ lock: JobLock) throws -> (checkpoint: LoadCheckpoint?, abandonedJobs: [String]) {
        try connection.execute(Session.begin("", on: connection) + lock.mark)
        // An earlier attempt that is about to commit holds the row: what it has written is read behind it.
        if try run(statements.takeOver).changedRows == 0 { throw statements.leaseLost }
        let row = try run(statements.read)
        let found = try statements.checkpoint(
            counts: (0..<5).map { row.integer(0, $0) }, isComplete: row.flag(0, 5), sourceTag: row.text(0, 6) ?? "",
            specSHA256: row.text(0, 7) ?? "")
        let abandoned = try run(statements.abandonedJobs)
        try connection.execute("COMMIT")
        return (found, (0..<abandoned.rowCount).compactMap { abandoned.text($0, 0) })
    }

    /// Writes the checkpoint into the open transaction.
    ///
    /// Throws `lease_lost` when another attempt took the job over.
    func record(_ checkpoint: LoadCheckpoint) throws {
        if plan.isDryRun { return }
        if try run(statements.record(checkpoint)).changedRows == 0 { throw statements.leaseLost }
    }

    /// Keeps in the open transaction where refused rows are.
    func keep(_ part: RejectPart) throws { try run(statements.keep(part)) }

    /// Kept rejects in record order.
    func rejects(after record: Int, limit: Int) throws -> [KeptReject] {
        if plan.isDryRun { return [] }
        let rows = try run(statements.rejects(after: record, limit: limit))
        var found: [KeptReject] = []
        var bytes = 0
        for row in 0..<rows.rowCount where bytes < Self.pageBytes {
            let fields = rows.text(row, 7) ?? ""
            let kept = RejectRecord(
                record: rows.integer(row, 0), line: rows.integer(row, 1), byteOffset: rows.integer(row, 2),
                column: rows.text(row, 3) ?? "", code: rows.text(row, 4) ?? "", message: rows.text(row, 5) ?? "",
                fieldCount: rows.integer(row, 6), fields: fields)
            found.append(LedgerStatements.kept(kept))
            bytes += fields.utf8.count
        }
        return found
    }

    /// How much is kept.
    func rejectUsage() throws -> RejectUsage {
        if plan.isDryRun { return RejectUsage() }
        let row = try run(statements.rejectUsage)
        return RejectUsage(rows: row.integer(0, 0), bytes: row.integer(0, 1))
    }

    /// Deletes the kept rejects of the job.
    func discardRejects() throws {
        if !plan.isDryRun { try run(statements.discardRejects) }
    }

    /// Deletes those of another job that nobody goes on with.
    func discardRejects(ofAbandoned jobId: String) throws { try run(statements.discardRejects(ofAbandoned: jobId)) }

    @discardableResult
    private func run(_ statement: SQLStatement) throws -> QueryResult {
        try connection.execute(statement.text, statement.values.map(Quoting.text))
    }
}

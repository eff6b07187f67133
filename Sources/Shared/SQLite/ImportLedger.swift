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
        statements = LedgerStatements(plan, dialect: SQLiteDialect())
    }

    /// Makes this attempt the owner.
    ///
    /// Returns the checkpoint of an earlier attempt, `nil` when there is none, and jobs that nobody goes on with.
    func takeOver() throws(JobError) -> (checkpoint: LoadCheckpoint?, abandonedJobs: [String]) {
        if plan.isDryRun { return (nil, []) }
        try connection.execute("BEGIN IMMEDIATE")
        let found = try read()
        try connection.prepare(statements.takeOver).run()
        if connection.changes == 0 { throw statements.leaseLost }
        var abandoned: [String] = []
        let rows = try connection.prepare(statements.abandonedJobs)
        while try rows.step() { abandoned.append(rows.text(0)) }
        try connection.execute("COMMIT")
        return (found, abandoned)
    }

    private func read() throws(JobError) -> LoadCheckpoint? {
        let row = try connection.prepare(statements.read)
        guard try row.step() else { return nil }
        return try statements.checkpoint(
            counts: (0..<5).map { row.integer($0) }, isComplete: row.integer(5) != 0, sourceTag: row.text(6),
            specSHA256: row.text(7))
    }

    /// Writes the checkpoint into the open transaction.
    ///
    /// Throws `lease_lost` when another attempt took the job over.
    func record(_ checkpoint: LoadCheckpoint) throws(JobError) {
        if plan.isDryRun { return }
        try connection.prepare(statements.record(checkpoint)).run()
        if connection.changes == 0 { throw statements.leaseLost }
    }

    /// Keeps in the open transaction where refused rows are.
    func keep(_ part: RejectPart) throws(JobError) { try connection.prepare(statements.keep(part)).run() }

    /// Kept rejects in record order.
    func rejects(after record: Int, limit: Int) throws(JobError) -> [KeptReject] {
        if plan.isDryRun { return [] }
        let statement = try connection.prepare(statements.rejects(after: record, limit: limit))
        var found: [KeptReject] = []
        var bytes = 0
        while bytes < Self.pageBytes, try statement.step() {
            let row = RejectRecord(
                record: statement.integer(0), line: statement.integer(1), byteOffset: statement.integer(2),
                column: statement.text(3), code: statement.text(4), message: statement.text(5),
                fieldCount: statement.integer(6), fields: statement.text(7))
            found.append(LedgerStatements.kept(row))
            bytes += row.fields.utf8.count
        }
        return found
    }

    /// How much is kept.
    func rejectUsage() throws(JobError) -> RejectUsage {
        if plan.isDryRun { return RejectUsage() }
        let row = try connection.prepare(statements.rejectUsage)
        return try row.step() ? RejectUsage(rows: row.integer(0), bytes: row.integer(1)) : RejectUsage()
    }

    /// Deletes the kept rejects of the job.
    func discardRejects() throws(JobError) {
        if plan.isDryRun { return }
        try connection.prepare(statements.discardRejects).run()
    }

    /// Deletes those of another job that nobody goes on with.
    func discardRejects(ofAbandoned jobId: String) throws(JobError) {
        try connection.prepare(statements.discardRejects(ofAbandoned: jobId)).run()
    }
}

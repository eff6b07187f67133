internal import JobCore

/// The job's row in `import_ledger` and its rows in `import_rejects`.
///
/// A dry run has no ledger row, and keeps its rejects in a temporary table that ends with the connection.
struct ImportLedger {
    /// A page of rejects ends at about so many bytes, however few rows that are.
    private static let pageBytes = 8 << 20

    private let connection: Connection
    private let plan: LoadPlan
    private let statements: LedgerStatements

    init(connection: Connection, plan: LoadPlan) {
        self.connection = connection
        self.plan = plan
        statements = LedgerStatements(
            plan, dialect: SQLiteDialect(), rejectsTable: plan.isDryRun ? "temp.dry_run_rejects" : "import_rejects")
    }

    /// Makes this attempt the owner.
    ///
    /// Returns the checkpoint of an earlier attempt, `nil` when there is none.
    func takeOver() throws(JobError) -> LoadCheckpoint? {
        if plan.isDryRun {
            try connection.execute(
                """
                CREATE TEMP TABLE dry_run_rejects (
                  org_id TEXT, job_id TEXT, record INTEGER PRIMARY KEY, line INTEGER, byte_offset INTEGER, source_column TEXT, code TEXT,
                  message TEXT, field_count INTEGER, fields TEXT)
                """)
            return nil
        }
        try connection.execute("BEGIN IMMEDIATE")
        let found = try read()
        try connection.prepare(statements.takeOver).run()
        if connection.changes == 0 { throw statements.leaseLost }
        try connection.prepare(statements.discardAbandonedRejects).run()
        try connection.execute("COMMIT")
        return found
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

    /// Keeps refused rows in the open transaction.
    func keep(_ rejects: [RejectRecord]) throws(JobError) {
        if rejects.isEmpty { return }
        let statement = try connection.prepare(statements.keep)
        for reject in rejects {
            try statement.bind(.integer(Int64(reject.record)), at: 3)
            try statement.bind(.integer(Int64(reject.line)), at: 4)
            try statement.bind(.integer(Int64(reject.byteOffset)), at: 5)
            try statement.bind(.text(reject.column), at: 6)
            try statement.bind(.text(reject.code), at: 7)
            try statement.bind(.text(reject.message), at: 8)
            try statement.bind(.integer(Int64(reject.fieldCount)), at: 9)
            try statement.bind(kept: reject.fields, at: 10)
            try statement.run()
        }
    }

    /// Kept rejects in record order.
    func rejects(after record: Int, limit: Int) throws(JobError) -> [RejectRecord] {
        let statement = try connection.prepare(statements.rejects(after: record, limit: limit))
        var found: [RejectRecord] = []
        var bytes = 0
        while bytes < Self.pageBytes, try statement.step() {
            found.append(
                RejectRecord(
                    record: statement.integer(0), line: statement.integer(1), byteOffset: statement.integer(2),
                    column: statement.text(3), code: statement.text(4), message: statement.text(5),
                    fieldCount: statement.integer(6), fields: statement.text(7)))
            bytes += found.last?.fields.utf8.count ?? 0
        }
        return found
    }

    /// Kept rejects by code.
    func rejectCounts() throws(JobError) -> [String: Int] {
        let statement = try connection.prepare(statements.rejectCounts)
        var counts: [String: Int] = [:]
        while try statement.step() { counts[statement.text(0)] = statement.integer(1) }
        return counts
    }

    /// How much is kept.
    func rejectUsage() throws(JobError) -> RejectUsage {
        let row = try connection.prepare(statements.rejectUsage)
        return try row.step() ? RejectUsage(rows: row.integer(0), bytes: row.integer(1)) : RejectUsage()
    }

    /// Deletes the kept rejects of the job.
    func discardRejects() throws(JobError) { try connection.prepare(statements.discardRejects).run() }
}

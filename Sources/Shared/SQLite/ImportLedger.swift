internal import Glibc
internal import JobCore

/// The job's row in `import_ledger` and its rows in `import_rejects`.
///
/// A dry run has no ledger row, and keeps its rejects in a temporary table that ends with the connection.
struct ImportLedger {
    /// A page of rejects ends at about so many bytes, however few rows that are.
    private static let pageBytes = 8 << 20

    private let connection: Connection
    private let plan: LoadPlan
    private let rejectsTable: String

    init(connection: Connection, plan: LoadPlan) {
        self.connection = connection
        self.plan = plan
        rejectsTable = plan.isDryRun ? "temp.dry_run_rejects" : "import_rejects"
    }

    private var job: [Literal] { [.text(plan.orgId), .text(plan.jobId)] }

    /// Makes this attempt the owner.
    ///
    /// Returns the checkpoint of an earlier attempt, `nil` when there is none.
    func takeOver() throws(JobError) -> LoadCheckpoint? {
        if plan.isDryRun {
            try connection.execute(
                """
                CREATE TEMP TABLE dry_run_rejects (
                  org_id TEXT, job_id TEXT, record INTEGER PRIMARY KEY, line INTEGER, source_column TEXT, code TEXT,
                  message TEXT, field_count INTEGER, fields TEXT)
                """)
            return nil
        }
        try connection.execute("BEGIN IMMEDIATE")
        let found = try read()
        // An attempt that ended before its first commit has left a row without a checkpoint.
        try connection.prepare(
            SQLStatement(
                """
                INSERT INTO import_ledger (org_id, job_id, spec_sha256, attempt_id, source_tag, records, inserted,
                  updated, skipped, rejected, is_complete, updated_at)
                VALUES (?1, ?2, ?3, ?4, '', 0, 0, 0, 0, 0, 0, ?5)
                ON CONFLICT (org_id, job_id) DO UPDATE SET attempt_id = ?4, updated_at = ?5
                """, values: job + [.text(plan.specSHA256), .text(plan.attemptId), .timestamp(now())])
        ).run()
        try connection.execute("COMMIT")
        return found
    }

    private func read() throws(JobError) -> LoadCheckpoint? {
        let statement = try connection.prepare(
            SQLStatement(
                """
                SELECT records, inserted, updated, skipped, rejected, is_complete, source_tag, spec_sha256
                FROM import_ledger WHERE org_id = ?1 AND job_id = ?2
                """, values: job))
        guard try statement.step() else { return nil }
        if statement.text(7) != plan.specSHA256 {
            throw JobError(
                "idempotency_mismatch", .usage, "job \(plan.jobId) has already loaded rows for another spec",
                hint: "use a new jobId")
        }
        var checkpoint = LoadCheckpoint()
        checkpoint.records = statement.integer(0)
        checkpoint.inserted = statement.integer(1)
        checkpoint.updated = statement.integer(2)
        checkpoint.skipped = statement.integer(3)
        checkpoint.rejected = statement.integer(4)
        checkpoint.isComplete = statement.integer(5) != 0
        checkpoint.sourceTag = statement.text(6)
        return checkpoint.records == 0 && !checkpoint.isComplete ? nil : checkpoint
    }

    /// Writes the checkpoint into the open transaction.
    ///
    /// Throws `lease_lost` when another attempt took the job over.
    func record(_ checkpoint: LoadCheckpoint) throws(JobError) {
        if plan.isDryRun { return }
        let values: [Literal] =
            job + [
                .text(plan.attemptId), .text(checkpoint.sourceTag), .integer(Int64(checkpoint.records)),
                .integer(Int64(checkpoint.inserted)), .integer(Int64(checkpoint.updated)),
                .integer(Int64(checkpoint.skipped)), .integer(Int64(checkpoint.rejected)),
                .bool(checkpoint.isComplete), .timestamp(now()),
            ]
        try connection.prepare(
            SQLStatement(
                """
                UPDATE import_ledger SET source_tag = ?4, records = ?5, inserted = ?6, updated = ?7, skipped = ?8,
                  rejected = ?9, is_complete = ?10, updated_at = ?11
                WHERE org_id = ?1 AND job_id = ?2 AND attempt_id = ?3
                """, values: values)
        ).run()
        if connection.changes == 0 {
            throw JobError(
                "lease_lost", .temporary, "another attempt has taken over job \(plan.jobId)",
                hint: "nothing to do: the other attempt carries on")
        }
    }

    /// Keeps refused rows in the open transaction.
    func keep(_ rejects: [RejectRecord]) throws(JobError) {
        if rejects.isEmpty { return }
        let statement = try connection.prepare(
            """
            INSERT INTO \(rejectsTable) (org_id, job_id, record, line, source_column, code, message, field_count, fields)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        try statement.bind(.text(plan.orgId), at: 1)
        try statement.bind(.text(plan.jobId), at: 2)
        for reject in rejects {
            try statement.bind(.integer(Int64(reject.record)), at: 3)
            try statement.bind(.integer(Int64(reject.line)), at: 4)
            try statement.bind(.text(reject.column), at: 5)
            try statement.bind(.text(reject.code), at: 6)
            try statement.bind(.text(reject.message), at: 7)
            try statement.bind(.integer(Int64(reject.fieldCount)), at: 8)
            try statement.bind(.text(reject.fields), at: 9)
            try statement.run()
        }
    }

    /// Kept rejects in record order.
    func rejects(after record: Int, limit: Int) throws(JobError) -> [RejectRecord] {
        let statement = try connection.prepare(
            SQLStatement(
                """
                SELECT record, line, source_column, code, message, field_count, fields FROM \(rejectsTable)
                WHERE org_id = ?1 AND job_id = ?2 AND record > ?3 ORDER BY record LIMIT ?4
                """, values: job + [.integer(Int64(record)), .integer(Int64(limit))]))
        var found: [RejectRecord] = []
        var bytes = 0
        while bytes < Self.pageBytes, try statement.step() {
            found.append(
                RejectRecord(
                    record: statement.integer(0), line: statement.integer(1), column: statement.text(2),
                    code: statement.text(3), message: statement.text(4), fieldCount: statement.integer(5),
                    fields: statement.text(6)))
            bytes += found.last?.fields.utf8.count ?? 0
        }
        return found
    }

    /// Kept rejects by code.
    func rejectCounts() throws(JobError) -> [String: Int] {
        let statement = try connection.prepare(
            SQLStatement(
                "SELECT code, count(*) FROM \(rejectsTable) WHERE org_id = ?1 AND job_id = ?2 GROUP BY code",
                values: job))
        var counts: [String: Int] = [:]
        while try statement.step() { counts[statement.text(0)] = statement.integer(1) }
        return counts
    }

    /// Deletes the kept rejects of the job.
    func discardRejects() throws(JobError) {
        try connection.prepare(
            SQLStatement("DELETE FROM \(rejectsTable) WHERE org_id = ?1 AND job_id = ?2", values: job)
        ).run()
    }

    private func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

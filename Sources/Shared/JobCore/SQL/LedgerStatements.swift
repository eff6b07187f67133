/// The statements that keep an import's checkpoint and where its refused rows are, for one job in one dialect.
package struct LedgerStatements: Sendable {
    private let plan: LoadPlan
    private let dialect: any SQLDialect

    package init(_ plan: LoadPlan, dialect: any SQLDialect) {
        self.plan = plan
        self.dialect = dialect
    }

    private func mark(_ number: Int) -> String { dialect.placeholder(number) }

    private var job: [Literal] { [.text(plan.orgId), .text(plan.jobId)] }

    private var isJob: String { "org_id = \(mark(1)) AND job_id = \(mark(2))" }

    /// Makes the attempt the owner, unless a later attempt is; a first one gets a row.
    package var takeOver: SQLStatement {
        SQLStatement(
            """
            INSERT INTO import_ledger (org_id, job_id, spec_sha256, attempt_id, fence, source_tag, records, inserted,
              updated, skipped, rejected, is_complete, updated_at)
            VALUES (\(mark(1)), \(mark(2)), \(mark(3)), \(mark(4)), \(mark(5)), '', 0, 0, 0, 0, 0, FALSE, \(mark(6)))
            ON CONFLICT (org_id, job_id) DO UPDATE SET attempt_id = excluded.attempt_id, fence = excluded.fence,
              updated_at = excluded.updated_at
            WHERE import_ledger.fence < excluded.fence OR import_ledger.attempt_id = excluded.attempt_id
            """,
            values: job + [
                .text(plan.specSHA256), .text(plan.attemptId), .integer(Int64(plan.fence)),
                .timestamp(WallClock.now()),
            ])
    }

    /// The number of the latest attempt that took the job over.
    package static func fence(orgId: String, jobId: String, dialect: any SQLDialect) -> SQLStatement {
        SQLStatement(
            "SELECT fence FROM import_ledger WHERE org_id = \(dialect.placeholder(1)) AND job_id = "
                + dialect.placeholder(2), values: [.text(orgId), .text(jobId)])
    }

    /// Lets no attempt up to that number take the job over or commit any more; a later one may.
    package static func fenceOff(
        orgId: String, jobId: String, fence: Int, specSHA256: String, dialect: any SQLDialect
    ) -> SQLStatement {
        let mark = dialect.placeholder
        return SQLStatement(
            """
            INSERT INTO import_ledger (org_id, job_id, spec_sha256, attempt_id, fence, source_tag, records, inserted,
              updated, skipped, rejected, is_complete, updated_at)
            VALUES (\(mark(1)), \(mark(2)), \(mark(3)), '', \(mark(4)), '', 0, 0, 0, 0, 0, FALSE, \(mark(5)))
            ON CONFLICT (org_id, job_id) DO UPDATE SET attempt_id = '',
              fence = CASE WHEN import_ledger.fence < excluded.fence THEN excluded.fence ELSE import_ledger.fence END
            """,
            values: [
                .text(orgId), .text(jobId), .text(specSHA256), .integer(Int64(fence)), .timestamp(WallClock.now()),
            ])
    }

    /// What was committed: records, inserted, updated, skipped, rejected, and whether that is all.
    package static func counts(orgId: String, jobId: String, dialect: any SQLDialect) -> SQLStatement {
        SQLStatement(
            "SELECT records, inserted, updated, skipped, rejected, is_complete FROM import_ledger WHERE org_id = "
                + "\(dialect.placeholder(1)) AND job_id = \(dialect.placeholder(2))",
            values: [.text(orgId), .text(jobId)])
    }

    /// Deletes the rejects of a job that was cancelled.
    package static func discardRejects(orgId: String, jobId: String, dialect: any SQLDialect) -> SQLStatement {
        SQLStatement(
            "DELETE FROM import_rejects WHERE org_id = \(dialect.placeholder(1)) AND job_id = "
                + dialect.placeholder(2), values: [.text(orgId), .text(jobId)])
    }

    /// Reads the job's row: the counts, then whether it is complete, the source's tag and the spec's digest.
    package var read: SQLStatement {
        SQLStatement(
            """
            SELECT records, inserted, updated, skipped, rejected, is_complete, source_tag, spec_sha256
            FROM import_ledger WHERE \(isJob)
            """, values: job)
    }

    /// Writes the checkpoint, unless another attempt is the owner.
    package func record(_ checkpoint: LoadCheckpoint) -> SQLStatement {
        SQLStatement(
            """
            UPDATE import_ledger SET source_tag = \(mark(4)), records = \(mark(5)), inserted = \(mark(6)),
              updated = \(mark(7)), skipped = \(mark(8)), rejected = \(mark(9)), is_complete = \(mark(10)),
              updated_at = \(mark(11))
            WHERE \(isJob) AND attempt_id = \(mark(3))
            """,
            values: job + [
                .text(plan.attemptId), .text(checkpoint.sourceTag), .integer(Int64(checkpoint.records)),
                .integer(Int64(checkpoint.inserted)), .integer(Int64(checkpoint.updated)),
                .integer(Int64(checkpoint.skipped)), .integer(Int64(checkpoint.rejected)),
                .bool(checkpoint.isComplete), .timestamp(WallClock.now()),
            ])
    }

    /// Columns of a kept reject behind `org_id` and `job_id`, in the order in which they are written and read.
    private static let rejectColumns = "record, line, byte_offset, source_column, code, message, field_count, fields"

    /// What stands as the code of a row that names an object with rejects: the form of that object.
    ///
    /// No reject has such a code.
    private static let partCode = "part/1"

    /// Keeps where refused rows are.
    package func keep(_ part: RejectPart) -> SQLStatement {
        let marks = (1...10).map(mark).joined(separator: ", ")
        return SQLStatement(
            "INSERT INTO import_rejects (org_id, job_id, \(Self.rejectColumns)) VALUES (\(marks))",
            values: job + [
                .integer(Int64(part.firstRecord)), .integer(0), .integer(Int64(part.bytes)), .text(""),
                .text(Self.partCode), .text(""), .integer(Int64(part.rows)), .text(part.object),
            ])
    }

    /// Kept rejects in record order.
    package func rejects(after record: Int, limit: Int) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Self.rejectColumns) FROM import_rejects
            WHERE \(isJob) AND record > \(mark(3)) ORDER BY record LIMIT \(mark(4))
            """, values: job + [.integer(Int64(record)), .integer(Int64(limit))])
    }

    /// What a row of `rejects` says.
    package static func kept(_ row: RejectRecord) -> KeptReject {
        if row.code != partCode { return .row(row) }
        return .part(
            RejectPart(
                firstRecord: row.record, rows: row.fieldCount, bytes: row.byteOffset, object: row.fields))
    }

    /// Rows and bytes of the kept rejects.
    package var rejectUsage: SQLStatement {
        SQLStatement(
            """
            SELECT COALESCE(sum(CASE WHEN code = '\(Self.partCode)' THEN field_count ELSE 1 END), 0),
              COALESCE(sum(CASE WHEN code = '\(Self.partCode)' THEN byte_offset ELSE length(fields) END), 0)
            FROM import_rejects WHERE \(isJob)
            """, values: job)
    }

    /// Other jobs of the organisation that have kept rejects and that nobody went on with for so long.
    package var abandonedJobs: SQLStatement {
        SQLStatement(
            """
            SELECT DISTINCT job_id FROM import_rejects WHERE org_id = \(mark(1)) AND job_id <> \(mark(2)) AND job_id IN (
              SELECT job_id FROM import_ledger WHERE org_id = \(mark(1)) AND updated_at < \(mark(3)))
            ORDER BY job_id LIMIT 100
            """, values: job + [.timestamp(WallClock.now() - Self.rejectsLife)])
    }

    /// Deletes what such a job has kept, unless somebody has gone on with it.
    package func discardRejects(ofAbandoned jobId: String) -> SQLStatement {
        SQLStatement(
            """
            DELETE FROM import_rejects WHERE \(isJob) AND job_id IN (
              SELECT job_id FROM import_ledger WHERE \(isJob) AND updated_at < \(mark(3)))
            """, values: [.text(plan.orgId), .text(jobId), .timestamp(WallClock.now() - Self.rejectsLife)])
    }

    /// Microseconds that the rejects of a job that came to nothing are kept: a week.
    private static let rejectsLife: Int64 = 7 * 86_400 * 1_000_000

    /// Deletes the kept rejects.
    package var discardRejects: SQLStatement {
        SQLStatement("DELETE FROM import_rejects WHERE \(isJob)", values: job)
    }

    /// The checkpoint in a row of `read`; `nil` for an attempt that ended before its first commit.
    ///
    /// Throws `idempotency_mismatch` (64).
    package func checkpoint(
        counts: [Int], isComplete: Bool, sourceTag: String, specSHA256: String
    ) throws(JobError) -> LoadCheckpoint? {
        if specSHA256 != plan.specSHA256 {
            throw JobError(
                .idempotencyMismatch, "job \(plan.jobId) has already loaded rows for another spec",
                hint: "use a new jobId")
        }
        var checkpoint = LoadCheckpoint()
        checkpoint.records = counts[0]
        checkpoint.inserted = counts[1]
        checkpoint.updated = counts[2]
        checkpoint.skipped = counts[3]
        checkpoint.rejected = counts[4]
        checkpoint.isComplete = isComplete
        checkpoint.sourceTag = sourceTag
        return checkpoint.records == 0 && !checkpoint.isComplete ? nil : checkpoint
    }

    /// Another attempt is the owner.
    package var leaseLost: JobError {
        JobError(
            .leaseLost, "another attempt has taken over job \(plan.jobId)",
            hint: "nothing to do: the other attempt carries on")
    }
}

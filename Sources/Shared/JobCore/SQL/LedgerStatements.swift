/// The statements that keep an import's checkpoint and its refused rows, for one job in one dialect.
package struct LedgerStatements: Sendable {
    private let plan: LoadPlan
    private let dialect: any SQLDialect
    private let rejectsTable: String

    /// `rejectsTable` is SQL; a dry run keeps its rejects in a temporary table.
    package init(_ plan: LoadPlan, dialect: any SQLDialect, rejectsTable: String = "import_rejects") {
        self.plan = plan
        self.dialect = dialect
        self.rejectsTable = rejectsTable
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

    /// Lets no attempt that has taken the job over commit any more.
    package static func fenceOff(orgId: String, jobId: String, dialect: any SQLDialect) -> SQLStatement {
        SQLStatement(
            "UPDATE import_ledger SET attempt_id = '', fence = fence + 1 WHERE org_id = \(dialect.placeholder(1)) "
                + "AND job_id = \(dialect.placeholder(2))", values: [.text(orgId), .text(jobId)])
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
    package static let rejectColumns = "record, line, byte_offset, source_column, code, message, field_count, fields"

    /// Keeps one refused row; the first two values are the job's.
    package var keep: SQLStatement {
        let marks = (1...10).map(mark).joined(separator: ", ")
        return SQLStatement(
            "INSERT INTO \(rejectsTable) (org_id, job_id, \(Self.rejectColumns)) VALUES (\(marks))", values: job)
    }

    /// Kept rejects in record order.
    package func rejects(after record: Int, limit: Int) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Self.rejectColumns) FROM \(rejectsTable)
            WHERE \(isJob) AND record > \(mark(3)) ORDER BY record LIMIT \(mark(4))
            """, values: job + [.integer(Int64(record)), .integer(Int64(limit))])
    }

    /// Kept rejects by code.
    package var rejectCounts: SQLStatement {
        SQLStatement("SELECT code, count(*) FROM \(rejectsTable) WHERE \(isJob) GROUP BY code", values: job)
    }

    /// How many rejects are kept, and how long their fields are.
    package var rejectUsage: SQLStatement {
        SQLStatement(
            "SELECT count(*), COALESCE(sum(length(fields)), 0) FROM \(rejectsTable) WHERE \(isJob)", values: job)
    }

    /// Deletes what other jobs of the organisation have left that nobody went on with for so long.
    package var discardAbandonedRejects: SQLStatement {
        SQLStatement(
            """
            DELETE FROM import_rejects WHERE org_id = \(mark(1)) AND job_id <> \(mark(2)) AND job_id IN (
              SELECT job_id FROM import_ledger WHERE org_id = \(mark(1)) AND updated_at < \(mark(3)))
            """, values: job + [.timestamp(WallClock.now() - Self.rejectsLife)])
    }

    /// Microseconds that the rejects of a job that came to nothing are kept: a week.
    private static let rejectsLife: Int64 = 7 * 86_400 * 1_000_000

    /// Deletes the kept rejects.
    package var discardRejects: SQLStatement {
        SQLStatement("DELETE FROM \(rejectsTable) WHERE \(isJob)", values: job)
    }

    /// The checkpoint in a row of `read`; `nil` for an attempt that ended before its first commit.
    ///
    /// Throws `idempotency_mismatch` (64).
    package func checkpoint(
        counts: [Int], isComplete: Bool, sourceTag: String, specSHA256: String
    ) throws(JobError) -> LoadCheckpoint? {
        if specSHA256 != plan.specSHA256 {
            throw JobError(
                "idempotency_mismatch", .usage, "job \(plan.jobId) has already loaded rows for another spec",
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
            "lease_lost", .temporary, "another attempt has taken over job \(plan.jobId)",
            hint: "nothing to do: the other attempt carries on")
    }
}

/// Which job a record of an import is about.
package struct LedgerKey: Sendable {
    package let orgId: String
    package let jobId: String

    package init(orgId: String, jobId: String) {
        self.orgId = orgId
        self.jobId = jobId
    }

    /// The lock of transactions that decide who may commit rows of the job.
    package var lock: String { "job:\(orgId):\(jobId)" }

    var isJob: [RecordCondition] {
        [RecordCondition("org_id", .text(orgId)), RecordCondition("job_id", .text(jobId))]
    }

    var fields: [RecordField] {
        [RecordField("org_id", .text(orgId)), RecordField("job_id", .text(jobId))]
    }
}

/// The job's record in `import_ledger`: how far it is and who may commit; and those in `import_rejects`: where its refused
/// rows are.
///
/// The same for every database. Each method works in the transaction that is open; a dry run has no records.
package struct ImportLedger: Sendable {
    let request: LoadRequest

    package init(_ request: LoadRequest) { self.request = request }

    package var key: LedgerKey { LedgerKey(orgId: request.orgId, jobId: request.jobId) }

    /// What an attempt finds when it takes a job over.
    package struct Beginning: Sendable {
        /// What earlier attempts committed, `nil` when nothing.
        package let checkpoint: LoadCheckpoint?
        /// Other jobs of the organisation that have kept rejects and that nobody has gone on with for a week, or some.
        package let abandonedJobs: [String]
    }

    /// Makes this attempt the owner, unless a later one is; in a transaction under the key's lock.
    ///
    /// An earlier attempt that is about to commit holds the record: what it has written is read behind it. Throws
    /// `lease_lost` (75) and `idempotency_mismatch` (64).
    package func takeOver(_ session: any RecordSession) throws -> Beginning {
        if request.isDryRun { return Beginning(checkpoint: nil, abandonedJobs: []) }
        let owner = [
            RecordField("attempt_id", .text(request.attemptId)), RecordField("fence", .integer(Int64(request.fence))),
            RecordField("updated_at", .timestamp(WallClock.now())),
        ]
        let isEarlier = RecordCondition("fence", .less, .integer(Int64(request.fence)))
        let isMine = RecordCondition("attempt_id", .text(request.attemptId))
        var isNew = false
        if try session.update(.importLedger, set: owner, where: key.isJob + [isEarlier]) == 0,
            try session.update(.importLedger, set: owner, where: key.isJob + [isMine]) == 0
        {
            isNew = try Self.fence(of: key, session) == nil
            if !isNew { throw JobError.leaseLost(request.jobId) }
            try session.insert(Self.fresh(key, owner, specSHA256: request.specSHA256), into: .importLedger)
        }
        return Beginning(
            checkpoint: isNew ? nil : try checkpoint(session), abandonedJobs: try abandonedJobs(session))
    }

    private static func fresh(_ key: LedgerKey, _ owner: [RecordField], specSHA256: String) -> [RecordField] {
        key.fields + owner + [RecordField("spec_sha256", .text(specSHA256)), RecordField("source_tag", .text(""))]
            + ["records", "inserted", "updated", "skipped", "rejected"].map { RecordField($0, .integer(0)) }
            + [RecordField("is_complete", .bool(false))]
    }

    /// What was committed; `nil` for an attempt that ended before its first commit.
    private func checkpoint(_ session: any RecordSession) throws -> LoadCheckpoint? {
        let columns = Self.countColumns + ["is_complete", "source_tag", "spec_sha256"]
        guard let found = try session.records(RecordQuery(columns, of: .importLedger, where: key.isJob)).first else {
            return nil
        }
        if !found.text(7).hasSameBytes(as: request.specSHA256) {
            throw JobError(
                .idempotencyMismatch, "job \(request.jobId) has already loaded rows for another spec",
                hint: "use a new jobId")
        }
        let checkpoint = Self.checkpoint(found)
        return checkpoint.records == 0 && !checkpoint.isComplete ? nil : checkpoint
    }

    private static let countColumns = ["records", "inserted", "updated", "skipped", "rejected"]

    private static func checkpoint(_ found: Record) -> LoadCheckpoint {
        var checkpoint = LoadCheckpoint()
        checkpoint.records = found.integer(0) ?? 0
        checkpoint.inserted = found.integer(1) ?? 0
        checkpoint.updated = found.integer(2) ?? 0
        checkpoint.skipped = found.integer(3) ?? 0
        checkpoint.rejected = found.integer(4) ?? 0
        checkpoint.isComplete = found.flag(5)
        checkpoint.sourceTag = found.text(6)
        return checkpoint
    }

    /// Writes the checkpoint.
    ///
    /// Throws `lease_lost` when another attempt took the job over.
    package func record(_ checkpoint: LoadCheckpoint, _ session: any RecordSession) throws {
        if request.isDryRun { return }
        let counts = [
            checkpoint.records, checkpoint.inserted, checkpoint.updated, checkpoint.skipped, checkpoint.rejected,
        ]
        let fields =
            zip(Self.countColumns, counts).map { RecordField($0, .integer(Int64($1))) } + [
                RecordField("source_tag", .text(checkpoint.sourceTag)),
                RecordField("is_complete", .bool(checkpoint.isComplete)),
                RecordField("updated_at", .timestamp(WallClock.now())),
            ]
        let isMine = RecordCondition("attempt_id", .text(request.attemptId))
        if try session.update(.importLedger, set: fields, where: key.isJob + [isMine]) == 0 {
            throw JobError.leaseLost(request.jobId)
        }
    }
}

extension ImportLedger {
    /// The number of the latest attempt that took the job over; `nil` when none has.
    package static func fence(of key: LedgerKey, _ session: any RecordSession) throws -> Int? {
        try session.records(RecordQuery(["fence"], of: .importLedger, where: key.isJob)).first?.integer(0)
    }

    /// Lets no attempt up to that number take the job over or commit any more; a later one may.
    ///
    /// In a transaction under the key's lock.
    package static func fenceOff(
        _ key: LedgerKey, fence: Int, specSHA256: String, _ session: any RecordSession
    ) throws {
        let number = Literal.integer(Int64(fence))
        let nobody = RecordField("attempt_id", .text(""))
        if try session.update(.importLedger, set: [nobody], where: key.isJob) == 0 {
            let owner = [nobody, RecordField("fence", number), RecordField("updated_at", .timestamp(WallClock.now()))]
            try session.insert(fresh(key, owner, specSHA256: specSHA256), into: .importLedger)
        } else {
            _ = try session.update(
                .importLedger, set: [RecordField("fence", number)],
                where: key.isJob + [RecordCondition("fence", .less, number)])
        }
    }

    /// What was committed, and whether that is all; `nil` when no attempt has taken the job over.
    package static func committed(_ key: LedgerKey, _ session: any RecordSession) throws -> LoadCheckpoint? {
        try session.records(
            RecordQuery(countColumns + ["is_complete", "source_tag"], of: .importLedger, where: key.isJob)
        ).first.map(checkpoint)
    }
}

internal import Formats
internal import JobCore
internal import JobRuntime

/// Takes checked rows to the database: loads, keeps what is refused, commits in chunks.
///
/// Used by one task.
final class ImportLoad {
    /// Records in one transaction: enough to make commits cheap, few enough to lose little by a crash.
    private static let recordsPerCommit = 20_000
    /// Bytes of refused rows that wait for a commit.
    private static let rejectBytesPerCommit = 8 << 20

    private let spec: ImportSpec
    private let context: JobContext
    private let loader: any RowLoader
    private let sourceTag: String

    /// The latest mapping, and the source's columns it is for.
    private var plan: MappingPlan?
    private var columns: [String] = []
    private var checkpoint = LoadCheckpoint()
    /// Records that an earlier attempt has committed.
    private var done = 0
    private var records = 0
    private var recordsAtCommit = 0
    private var pendingRejects: [RejectRecord] = []
    private var pendingBytes = 0
    private var preview: ImportPreview?
    /// The limit of rejected rows is passed: what is loaded stays, the job ends.
    private var failure: JobError?

    init(spec: ImportSpec, context: JobContext, loader: any RowLoader, sourceTag: String) {
        self.spec = spec
        self.context = context
        self.loader = loader
        self.sourceTag = sourceTag
        checkpoint.sourceTag = sourceTag
    }

    /// Loads one batch; true when the limit of rejected rows is passed and the job must end.
    func process(_ batch: CheckedBatch) async throws -> Bool {
        if plan == nil { try await begin(batch.plan) }
        plan = batch.plan
        columns = batch.source.columns
        if failure != nil { return true }
        var batch = batch
        let alreadyDone = min(max(done - records, 0), batch.records)
        if alreadyDone > 0 {
            records += alreadyDone
            if alreadyDone == batch.records { return false }
            batch.drop(records: alreadyDone)
        }
        let start = WallClock.monotonic()
        let outcome = try await loader.load(batch.mapped)
        context.meter.addTime("load", since: start)
        preview?.add(batch.mapped, problems: batch.problems)
        note(batch, outcome)
        failure = spec.errorLimit.check(rejected: checkpoint.rejected, read: records, isEnd: false)
        let isDue = records - recordsAtCommit >= Self.recordsPerCommit || pendingBytes >= Self.rejectBytesPerCommit
        if isDue || failure != nil { try await commit() }
        report()
        return failure != nil
    }

    /// Takes over from an earlier attempt, if there was one.
    private func begin(_ plan: MappingPlan) async throws {
        if spec.isDryRun { preview = ImportPreview(columns: plan.columns) }
        guard let earlier = try await loader.begin(columns: plan.columns) else { return }
        if earlier.sourceTag != sourceTag {
            throw JobError(
                "source_changed", .dataError, "the source was changed after \(earlier.records) rows were loaded",
                hint: "put the first version back, or import the new one under a new jobId")
        }
        checkpoint = earlier
        done = earlier.records
        recordsAtCommit = earlier.records
        // A job that ended over its limit stays ended: another launch must not load more.
        failure = spec.errorLimit.check(rejected: earlier.rejected, read: earlier.records, isEnd: false)
        context.log.info("continuing after \(earlier.records) rows of an earlier attempt")
    }

    /// Ends the load: last commit, rejects file, counts.
    ///
    /// The rejects stay in the database until the manifest is out. Of an atomic import that ends over its limit nothing
    /// stays.
    func finish() async throws -> JobResult {
        if failure == nil {
            failure = spec.errorLimit.check(rejected: checkpoint.rejected, read: records, isEnd: true)
        }
        checkpoint.isComplete = failure == nil
        try await commit()
        var result = JobResult()
        result.failure = failure
        result.counts = context.meter.counts
        result.counts.rowsTotal = checkpoint.records
        count(into: &result.counts)
        if failure != nil && spec.isAtomic {
            result.counts.unprocessed = checkpoint.records - checkpoint.rejected
            result.counts.inserted = 0
            result.counts.updated = 0
            result.counts.skipped = 0
            result.counts.rowsWritten = 0
        }
        result.outcome = checkpoint.rejected > 0 ? .partial : .success
        result.downloadURLTTL = spec.downloadURLTTL
        if checkpoint.rejected > 0 {
            result.rejects = try await writeRejects()
        }
        if let plan { result.preview = plan.summary(preview) }
        let loader = loader
        result.afterPublishing = {
            try? await loader.discardRejects()
            await loader.close()
        }
        return result
    }

    /// Stores the rejects file.
    ///
    /// Once the rows are committed for good, a store that fails only delays the publication.
    private func writeRejects() async throws -> RejectsFile {
        do {
            return try await RejectsWriter(context: context, loader: loader).write(columns: columns)
        } catch {
            if spec.isDryRun || !checkpoint.isComplete || error is CancellationError { throw error }
            throw JobError(
                "status_unpublished", .unpublished,
                "the rows are loaded, but the rejects file could not be written: "
                    + JobError.wrapping(error).description,
                hint: "launch the job again: it publishes without loading again", cause: error)
        }
    }

    /// Counts the fate of each row of the batch and keeps the refused ones.
    private func note(_ batch: CheckedBatch, _ outcome: LoadOutcome) {
        var rejects = RejectCollector(batch: batch.source, firstRecord: records)
        rejects.add(batch.problems)
        for verdict in outcome.refused {
            let row = batch.sources[verdict.row]
            switch verdict.reason {
            case .duplicateKey where spec.duplicates == .skip:
                checkpoint.skipped += 1
            case .duplicateKey:
                rejects.add(
                    row: row, column: keyNames, code: "duplicate_key", message: "a row with this key exists already")
            case .constraint(let name):
                rejects.add(
                    row: row, column: "", code: "constraint_violation",
                    message: "the database refused the row: \(name)")
            }
        }
        let found = rejects.finish()
        checkpoint.inserted += outcome.inserted
        checkpoint.updated += outcome.updated
        checkpoint.rejected += found.count
        pendingRejects += found
        pendingBytes += found.reduce(0) { $0 + $1.fields.utf8.count }
        records += batch.records
        checkpoint.records = records
    }

    private var keyNames: String {
        spec.common.resource.key.compactMap { plan?.sourceName(of: $0) }.joined(separator: ";")
    }

    private func commit() async throws {
        let start = WallClock.monotonic()
        try await loader.commit(checkpoint, rejects: pendingRejects)
        pendingRejects.removeAll(keepingCapacity: true)
        pendingBytes = 0
        recordsAtCommit = records
        context.meter.addTime("commit", since: start)
    }

    private func report() {
        context.meter.update { counts in
            count(into: &counts)
            return nil
        }
    }

    private func count(into counts: inout JobCounts) {
        counts.rowsRead = checkpoint.records
        counts.inserted = checkpoint.inserted
        counts.updated = checkpoint.updated
        counts.skipped = checkpoint.skipped
        counts.rejected = checkpoint.rejected
        counts.rowsWritten = spec.isDryRun ? 0 : checkpoint.inserted + checkpoint.updated
    }
}

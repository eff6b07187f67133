internal import Formats
internal import JobCore
internal import JobRuntime

/// Takes batches of source rows to the database: maps and checks cells, loads, keeps what is refused, commits in
/// chunks.
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

    private var columns: [String] = []
    private var plan: MappingPlan?
    private var mapped = RowBatch(columnCount: 0)
    private var sources: [Int] = []
    private var problems: [CellProblem] = []
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
    func process(_ batch: SourceBatch) async throws -> Bool {
        try await adopt(batch.columns, isJSON: batch.isJSON)
        guard let plan else { return false }
        if failure != nil { return true }
        var batch = batch
        let count = batch.rows.rowCount + batch.defects.count
        let alreadyDone = min(max(done - records, 0), count)
        if alreadyDone > 0 {
            let firstRecord = records
            records += alreadyDone
            if alreadyDone == count { return false }
            batch = batch.dropping(records: done - firstRecord)
        }
        let start = WallClock.monotonic()
        plan.canonicaliser.map(batch.rows, into: &mapped, sources: &sources, problems: &problems)
        context.meter.addTime("check", since: start)
        let verdicts = try await loader.load(mapped)
        context.meter.addTime("load", since: start)
        preview?.add(mapped, problems: problems)
        note(batch, verdicts)
        failure = spec.errorLimit.check(rejected: checkpoint.rejected, read: records, isEnd: false)
        let isDue = records - recordsAtCommit >= Self.recordsPerCommit || pendingBytes >= Self.rejectBytesPerCommit
        if isDue || failure != nil { try await commit() }
        report()
        return failure != nil
    }

    /// Ends the load: last commit, rejects file, counts.
    ///
    /// The rejects stay in the database until the manifest is out.
    func finish() async throws -> JobResult {
        if failure == nil {
            failure = spec.errorLimit.check(rejected: checkpoint.rejected, read: records, isEnd: true)
        }
        checkpoint.isComplete = failure == nil
        try await commit()
        var result = JobResult()
        result.failure = failure
        result.counts = context.meter.counts
        result.counts.rowsRead = checkpoint.records
        result.counts.rowsTotal = checkpoint.records
        result.counts.inserted = checkpoint.inserted
        result.counts.skipped = checkpoint.skipped
        result.counts.rejected = checkpoint.rejected
        result.counts.rowsWritten = spec.isDryRun ? 0 : checkpoint.inserted
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

    /// Takes note of the source's columns; a new one in a JSON source changes the mapping.
    private func adopt(_ names: [String], isJSON: Bool) async throws {
        if plan != nil && names == columns { return }
        columns = names
        let isFirst = plan == nil
        let next = try MappingPlan(spec: spec, columns: names, isJSON: isJSON)
        plan = next
        mapped = RowBatch(columnCount: next.columns.count)
        guard isFirst else { return }
        if spec.isDryRun { preview = ImportPreview(columns: next.columns) }
        for name in next.unmapped { context.log.debug("source column without a target: \(name)") }
        if let earlier = try await loader.begin(columns: next.columns) {
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
    }

    /// Counts the fate of each row of the batch and keeps the refused ones.
    private func note(_ batch: SourceBatch, _ verdicts: [RowVerdict]) {
        var rejects = RejectCollector(batch: batch, firstRecord: records)
        rejects.add(problems)
        var refused = 0
        for verdict in verdicts {
            let row = sources[verdict.row]
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
            refused += 1
        }
        let found = rejects.finish()
        checkpoint.inserted += mapped.rowCount - refused
        checkpoint.rejected += found.count
        pendingRejects += found
        pendingBytes += found.reduce(0) { $0 + $1.fields.utf8.count }
        records += batch.rows.rowCount + batch.defects.count
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
        let checkpoint = checkpoint
        let isDryRun = spec.isDryRun
        context.meter.update { counts in
            counts.rowsRead = checkpoint.records
            counts.inserted = checkpoint.inserted
            counts.skipped = checkpoint.skipped
            counts.rejected = checkpoint.rejected
            counts.rowsWritten = isDryRun ? 0 : checkpoint.inserted
            return nil
        }
    }
}

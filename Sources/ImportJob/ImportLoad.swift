internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// The books of an import: counts what becomes of its rows, keeps what is refused, commits chunk by chunk.
///
/// Used by one task.
final class ImportLoad {
    private let spec: ImportSpec
    private let context: JobContext
    private let loader: any RowLoader
    private let sourceTag: String
    /// Bytes of the source; `nil` when they are not known.
    private let sourceSize: Int?
    private let traits: SourceTraits
    /// The plan that it must not differ from.
    private let agreed: PlannedRun?

    /// The latest mapping, and the source's columns it is for.
    private var mapping: ResolvedMapping?
    private var columns: [String] = []
    /// Source columns that lost their field to another one of their record, in the order in which that was seen.
    private var passedOver: [String] = []
    private var notes = SourceNotes()
    private var checkpoint = LoadCheckpoint()
    /// Records that an earlier attempt has committed.
    private var done = 0
    /// Records that came by, done or not.
    private var passed = 0
    private var records = 0
    private var pendingRejects: [RejectRecord] = []
    /// Bytes of the source whose rows are dealt with.
    private var loadedBytes = 0
    private var budget = RejectBudget()
    let rejects: RejectStore
    /// The database has refused rows of a chunk whose bad rows were stored already: that was for nothing.
    private var refusesLate = false
    /// Nothing was refused in this chunk but what was known before.
    private var isAsKnown = true
    /// Where this run has kept its rejects; they are not in the database, or not for good, when the rest of it needs them.
    private var parts: [RejectPart] = []
    private var preview: ImportPreview?
    /// What the run does, for the plan of a dry run.
    private var planned: PlannedRun?
    /// Rows of this attempt that would have subscribed again who had unsubscribed.
    private var consentKept = 0
    /// The limit of rejected rows is passed: what is loaded stays, the job ends.
    private var failure: JobError?

    init(
        spec: ImportSpec, context: JobContext, loader: any RowLoader, sourceTag: String, sourceSize: Int?,
        traits: SourceTraits, agreed: PlannedRun?
    ) {
        self.spec = spec
        self.agreed = agreed
        self.context = context
        rejects = RejectStore(context)
        self.loader = loader
        self.sourceTag = sourceTag
        self.sourceSize = sourceSize
        self.traits = traits
        checkpoint.sourceTag = sourceTag
    }

    /// Takes note of the mapping with which the rows come.
    func adopt(_ batch: CheckedBatch) async throws {
        if mapping == nil {
            let planned = PlannedRun(
                spec, source: sourceTag, mapping: batch.source.isJSON ? nil : batch.mapping.described)
            if let agreed { try agreed.check(planned) }
            self.planned = planned
            try await begin(batch.mapping)
        }
        mapping = batch.mapping
        columns = batch.source.columns
        notes.look(batch)
        for name in batch.passedOver where !passedOver.contains(name) { passedOver.append(name) }
    }

    /// The batch without what an earlier attempt has committed; `nil` when nothing is left of it.
    func remainder(_ batch: CheckedBatch) -> CheckedBatch? {
        let alreadyDone = min(max(done - passed, 0), batch.records)
        passed += batch.records
        if alreadyDone == 0 { return batch }
        if alreadyDone == batch.records {
            loadedBytes = batch.source.sourceBytes
            report()
            return nil
        }
        var rest = batch
        rest.drop(records: alreadyDone)
        return rest
    }

    /// The limit of rejected rows is passed, and the job must end.
    var isOver: Bool { failure != nil }

    /// The rejects of each batch that are known before its rows are loaded, if it helps to store them now; so many
    /// records are under way before them.
    func knownRejects(_ chunk: [CheckedBatch], behind recordsUnderWay: Int) -> [[RejectRecord]] {
        if spec.isDryRun || refusesLate || budget.isExhausted { return [] }
        var first = records + recordsUnderWay
        return chunk.map { batch in
            var rejects = RejectCollector(batch: batch.source, firstRecord: first)
            rejects.add(batch.problems)
            first += batch.records
            return rejects.finish()
        }
    }

    /// Counts the rows of a batch that was loaded; `isLast` of those that are committed together.
    ///
    /// `known` are its rejects, if they were found before it was loaded.
    func settle(_ batch: CheckedBatch, _ outcome: LoadOutcome, known: [RejectRecord]?, isLast: Bool) {
        preview?.add(batch)
        preview?.add(outcome.changes, key: spec.common.resource.key, in: batch)
        consentKept += outcome.consentKept
        preview?.repeatedKeys += outcome.repeatedKeys
        note(batch, outcome, known: known)
        guard isLast else { return }
        failure = spec.errorLimit.check(rejected: checkpoint.rejected, read: records, isEnd: false)
        loadedBytes = batch.source.sourceBytes
    }

    /// Takes over from an earlier attempt, if there was one.
    private func begin(_ mapping: ResolvedMapping) async throws {
        if spec.isDryRun {
            preview = ImportPreview(
                columns: mapping.shownColumns,
                proposal: Proposal(
                    spec, allowsSpecialValues: context.place.database.sink?.holdsSpecialValues ?? false))
        }
        let found = try await loader.begin(columns: mapping.columns)
        for note in await loader.notes() { context.notes.add(note) }
        try await AbandonedRejects(context: context, loader: loader).remove()
        guard let earlier = found else { return }
        if earlier.sourceTag != sourceTag {
            throw JobError(
                .sourceChanged, "the source was changed after \(earlier.records) rows were loaded",
                hint: "put the first version back, or import the new one under a new jobId")
        }
        checkpoint = earlier
        done = earlier.records
        records = earlier.records
        if earlier.rejected > 0 {
            let usage = try await loader.rejectUsage()
            budget = RejectBudget(usage, isExhausted: usage.rows < earlier.rejected)
        }
        // A job that ended over its limit stays ended: another launch must not load more.
        failure = spec.errorLimit.check(rejected: earlier.rejected, read: earlier.records, isEnd: false)
        context.log.info("continuing after \(earlier.records) rows of an earlier attempt")
    }

    /// Ends the load: last commit, rejects file, counts.
    ///
    /// The rejects stay where they are kept until the manifest is out. Of an atomic import that ends over its limit nothing
    /// stays.
    func finish() async throws -> JobResult {
        if failure == nil {
            failure = spec.errorLimit.check(rejected: checkpoint.rejected, read: records, isEnd: true)
        }
        checkpoint.isComplete = failure == nil
        if checkpoint.isComplete && !spec.isDryRun { try context.commitment.commit() }
        try await commit(lane: 0)
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
            var rejects = try await writeRejects()
            rejects.omitted = max(0, checkpoint.rejected - rejects.rows)
            result.rejects = rejects
        }
        notes.add(to: context.notes, unmapped: (mapping?.unmapped ?? []) + passedOver)
        if let note = preview?.encodingNote { context.notes.add(note) }
        if let mapping {
            result.preview = mapping.summary(
                preview, spec.isDryRun ? planned : nil, source: traits.found, consentKept: consentKept,
                passedOver: passedOver)
        }
        if consentKept > 0 {
            context.log.warning(
                "\(consentKept) rows would have subscribed again who had unsubscribed; that was kept, unless the spec "
                    + "says onMatch.resubscribe")
        }
        let loader = loader
        result.afterPublishing = { isTidy in
            if isTidy { try? await loader.discardRejects() }
            await loader.close()
        }
        return result
    }

    /// Stores the rejects file.
    ///
    /// Once the rows are committed for good, a store that fails only delays the publication.
    private func writeRejects() async throws -> RejectsFile {
        do {
            let isUndone = spec.isAtomic && !spec.isDryRun && !checkpoint.isComplete
            // The database has them in a transaction that nothing stays of; it does not wait for the store.
            if isUndone { try await loader.rollBack(lane: 0) }
            let writer = RejectsWriter(
                context: context, store: rejects, loader: loader, parts: isUndone || spec.isDryRun ? parts : nil)
            return try await writer.write(columns: columns)
        } catch {
            if spec.isDryRun || !checkpoint.isComplete || error is CancellationError { throw error }
            throw JobError(
                .statusUnpublished,
                "the rows are loaded, but the rejects file could not be written: "
                    + JobError.wrapping(error).description, cause: error)
        }
    }

    /// Counts the fate of each row of the batch and keeps the refused ones.
    private func note(_ batch: CheckedBatch, _ outcome: LoadOutcome, known: [RejectRecord]?) {
        let refused = outcome.refused.filter { $0.reason != .duplicateKey || spec.duplicates != .skip }
        checkpoint.skipped += outcome.refused.count - refused.count
        let found: [RejectRecord]
        if let known, refused.isEmpty {
            found = known
        } else {
            if known?.isEmpty == false { refusesLate = true }
            isAsKnown = false
            found = rejects(of: batch, refused)
        }
        checkpoint.inserted += outcome.inserted
        checkpoint.updated += outcome.updated
        checkpoint.rejected += found.count
        let hadRoom = !budget.isExhausted
        pendingRejects += budget.admit(found, columns: columns.count)
        if hadRoom && budget.isExhausted {
            context.log.warning(
                "there are more refused rows than are kept: the rejects file ends with row \(pendingRejects.last?.record ?? 0)"
            )
        }
        records += batch.records
        checkpoint.records = records
    }

    /// The refused rows of a batch: those that do not fit, and those that the database did not take.
    private func rejects(of batch: CheckedBatch, _ refused: [RowVerdict]) -> [RejectRecord] {
        var rejects = RejectCollector(batch: batch.source, firstRecord: records)
        rejects.add(batch.problems)
        for verdict in refused {
            let row = batch.sources[verdict.row]
            switch verdict.reason {
            case .duplicateKey:
                rejects.add(
                    row: row, column: keyNames, code: "duplicate_key",
                    message: "a row with this key is in the table or earlier in the file")
            case .noMatch:
                rejects.add(
                    row: row, column: keyNames, code: "no_match",
                    message: "no row is there that it could change; mode upsert would insert it")
            case .ambiguousMatch:
                rejects.add(
                    row: row, column: keyNames, code: "ambiguous_match",
                    message: "more than one row is there with these values")
            case .constraint(let name):
                rejects.add(
                    row: row, column: "", code: "constraint_violation",
                    message: "the database refused the row: \(name)")
            }
        }
        return rejects.finish()
    }

    private var keyNames: String {
        spec.matchOn.compactMap { mapping?.sourceName(of: $0) }.joined(separator: ";")
    }

    /// Commits what was counted; its rejects may be `stored`, as far as they were known before.
    func commit(stored: RejectPart? = nil, lane: Int) async throws {
        let part = try await keepPending(stored)
        let start = WallClock.monotonic()
        let key = try part.map { part throws(JobError) in try ObjectKey(validating: part.object) }
        if let key, !spec.isDryRun { context.parts.name(key) }
        do {
            try await loader.commit(checkpoint, rejects: part, lane: lane)
        } catch let error as JobError where error.code == .leaseLost {
            if let key { context.parts.disown(key) }
            throw error
        }
        context.meter.addTime("commit", since: start)
        report()
    }

    /// Stores the rejects of the chunk, before anything says where they are.
    private func keepPending(_ stored: RejectPart?) async throws -> RejectPart? {
        let start = WallClock.monotonic()
        // The budget may have left out some.
        let isStored = isAsKnown && stored?.rows == pendingRejects.count
        let part = isStored ? stored : try await rejects.keep(pendingRejects, mustStay: !spec.isDryRun)
        pendingRejects.removeAll()
        isAsKnown = true
        if let part { parts.append(part) }
        context.meter.addTime("rejects", since: start)
        return part
    }

    /// Tells how far the import is.
    private func report() {
        let bytes = Double(loadedBytes)
        context.meter.update { counts in
            count(into: &counts)
            return sourceSize.map { $0 > 0 ? bytes / Double($0) * 0.99 : 0 }
        }
    }

    private func count(into counts: inout JobCounts) {
        counts.take(checkpoint)
        if spec.isDryRun { counts.rowsWritten = 0 }
    }
}

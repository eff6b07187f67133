internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// A source object into a table: parsing, and mapping with loading, overlap.
struct ImportPipeline: Sendable {
    private let spec: ImportSpec
    private let context: JobContext
    private let stream: SourceStream

    init(spec: ImportSpec, context: JobContext) {
        self.spec = spec
        self.context = context
        stream = SourceStream(spec: spec, context: context)
    }

    /// Imports the source.
    ///
    /// Throws `JobError`; committed chunks stay and are continued by the next attempt.
    func run() async throws -> JobResult {
        var retries = DatabaseRetries(of: .job)
        var mayReadAgain = spec.sourceURL != nil
        while true {
            do {
                return try await attempt()
            } catch let error as JobError where error.code == .sourceChanged && mayReadAgain {
                // Once more from the start; rows that are committed already end that try with the same error.
                mayReadAgain = false
                context.log.warning("the source was changed while it was read; reading it again")
            } catch let error as JobError {
                // Rows that are loaded stay so: only their rejects are published again.
                let reason = error.code == .statusUnpublished ? error.cause as? JobError ?? error : error
                guard let pause = retries.pause(after: reason, rowsDone: context.meter.counts.rowsRead) else {
                    throw error
                }
                context.log.warning("\(reason.description); going on from the last checkpoint")
                try await Task.sleep(for: .milliseconds(pause))
            }
            context.meter.update { counts in
                counts = JobCounts()
                return nil
            }
        }
    }

    private func attempt() async throws -> JobResult {
        let agreed = try await PlannedRun.named(by: spec, context)
        let source = try await openSource()
        let request = spec.loadRequest(attemptId: context.attemptId, fence: context.attempt)
        let loader = try await context.place.database.openLoader(request)
        let result = await Result.of { try await run(from: source, into: loader, agreed) }
        await source.close()
        if case .failure(let error) = result {
            await loader.close()
            // A dry run that ends with a question asks it where the others stand.
            if spec.isDryRun, let error = error as? JobError, let question = error.cause as? NumberQuestion {
                var asked = JobResult()
                asked.failure = error
                asked.preview = question.preview
                return asked
            }
        }
        return try result.get()
    }

    /// Opens the source; of an atomic import all of it is here before its one transaction begins.
    private func openSource() async throws -> ImportSource {
        let source = try await stream.open()
        if !spec.isAtomic || spec.isDryRun { return source }
        // A file of this machine keeps nobody waiting.
        if case .object = source, context.place.store is LocalStore { return source }
        let start = WallClock.monotonic()
        let spooled = await Result.of { try await source.spooled() }
        await source.close()
        context.meter.addTime("spool", since: start)
        return try spooled.get()
    }

    private func run(
        from source: ImportSource, into loader: any RowLoader, _ agreed: PlannedRun?
    ) async throws -> JobResult {
        let rows = BoundedChannel<SourceBatch>(depth: 1)
        let checked = BoundedChannel<CheckedBatch>(depth: 1)
        let traits = SourceTraits()
        let heavy = HeavyBatches()
        let sourcePool = Pool { SourceBatch() }
        let mappedPool = Pool { RowBatch(columnCount: 0) }
        return try await withThrowingTaskGroup(of: JobResult?.self) { group in
            group.addTask {
                try await stream.read(
                    source, into: rows, pool: sourcePool, traits: traits, heavy: heavy)
                return nil
            }
            group.addTask {
                try await ImportChecker(spec: spec, context: context, pool: mappedPool).run(rows, into: checked)
                return nil
            }
            group.addTask {
                let load = ImportLoad(
                    spec: spec, context: context, loader: loader, sourceTag: source.tag,
                    sourceSize: source.size, traits: traits, agreed: agreed)
                return try await self.load(checked, sourcePool, mappedPool, heavy, loader, load)
            }
            defer { group.cancelAll() }
            guard let result = try await group.settled(by: { $0 != nil }) else { throw CancellationError() }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    private func load(
        _ checked: BoundedChannel<CheckedBatch>, _ sourcePool: Pool<SourceBatch>, _ mappedPool: Pool<RowBatch>,
        _ heavy: HeavyBatches, _ loader: any RowLoader, _ load: ImportLoad
    ) async throws -> JobResult {
        let chunks = ChunkLoader(load, loader, context.meter, isDryRun: spec.isDryRun) { batch in
            if batch.source.rows.bytes.capacity <= RowCanonicaliser.keptBytes { sourcePool.give(batch.source) }
            if batch.mapped.bytes.capacity <= RowCanonicaliser.keptBytes { mappedPool.give(batch.mapped) }
        } endHeavy: {
            heavy.leave()
        }
        try await chunks.run(checked)
        return try await load.finish()
    }
}

extension Result where Failure == any Error {
    /// What the operation returned or threw, so that work can follow in either case.
    fileprivate static func of(_ operation: () async throws -> Success) async -> Result {
        do { return .success(try await operation()) } catch { return .failure(error) }
    }
}

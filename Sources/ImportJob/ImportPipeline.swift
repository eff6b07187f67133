internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// A source object into a table: parsing, and mapping with loading, overlap.
struct ImportPipeline: Sendable {
    private let spec: ImportSpec
    private let context: JobContext

    init(spec: ImportSpec, context: JobContext) {
        self.spec = spec
        self.context = context
    }

    /// Imports the source.
    ///
    /// Throws `JobError`; committed chunks stay and are continued by the next attempt.
    func run() async throws -> JobResult {
        do {
            return try await attempt()
        } catch let error as JobError where error.code == "source_changed" && spec.sourceURL != nil {
            // Once more from the start; rows that are committed already end that try with the same error.
            context.log.warning("the source was changed while it was read; reading it again")
            context.meter.update { counts in
                counts = JobCounts()
                return nil
            }
            return try await attempt()
        }
    }

    private func attempt() async throws -> JobResult {
        let source = try await SourceStream(spec: spec, context: context).open()
        let loader = try await context.backends.database.openLoader(
            LoadPlan(
                resource: spec.common.resource, orgId: spec.common.orgId, jobId: spec.common.jobId,
                specSHA256: spec.common.sha256, attemptId: context.attemptId, isDryRun: spec.isDryRun))
        let result = await Result.of { try await run(from: source, into: loader) }
        await source.close()
        if case .failure = result { await loader.close() }
        return try result.get()
    }

    /// Removes the rejects that a published job keeps in the database when it was killed before it could.
    static func discardRejects(_ spec: ImportSpec, _ manifest: Manifest, _ backends: Backends) async throws {
        let loader = try await backends.database.openLoader(
            LoadPlan(
                resource: spec.common.resource, orgId: spec.common.orgId, jobId: spec.common.jobId,
                specSHA256: spec.common.sha256, attemptId: manifest.attemptId, isDryRun: spec.isDryRun))
        try await loader.discardRejects()
        await loader.close()
    }

    private func run(from source: ImportSource, into loader: any RowLoader) async throws -> JobResult {
        let channel = BoundedChannel<SourceBatch>(depth: 2)
        let pool = Pool { SourceBatch() }
        return try await withThrowingTaskGroup(of: JobResult?.self) { group in
            group.addTask {
                try await SourceStream(spec: spec, context: context).read(source, into: channel, pool: pool)
                return nil
            }
            group.addTask { try await load(channel, pool, loader, sourceTag: source.tag) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func load(
        _ channel: BoundedChannel<SourceBatch>, _ pool: Pool<SourceBatch>, _ loader: any RowLoader, sourceTag: String
    ) async throws -> JobResult {
        let load = ImportLoad(spec: spec, context: context, loader: loader, sourceTag: sourceTag)
        while let batch = try await channel.receive() {
            let isOver = try await load.process(batch)
            pool.give(batch)
            if isOver { break }
        }
        return try await load.finish()
    }
}

extension Result where Failure == any Error {
    /// What the operation returned or threw, so that work can follow in either case.
    fileprivate static func of(_ operation: () async throws -> Success) async -> Result {
        do { return .success(try await operation()) } catch { return .failure(error) }
    }
}

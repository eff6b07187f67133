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

    /// Imports the source. Throws `JobError`; committed chunks stay and are continued by the next attempt.
    func run() async throws -> JobResult {
        let source = SourceStream(spec: spec, context: context)
        let object = try await source.open()
        let channel = BoundedChannel<SourceBatch>(depth: 2)
        let pool = Pool { SourceBatch() }
        let loader = try await context.backends.database.openLoader(
            LoadPlan(
                resource: spec.common.resource, orgId: spec.common.orgId, jobId: spec.common.jobId,
                specSHA256: spec.common.sha256, attemptId: context.attemptId, isDryRun: spec.isDryRun))
        do {
            let result = try await withThrowingTaskGroup(of: JobResult?.self) { group in
                group.addTask {
                    try await source.read(object, into: channel, pool: pool)
                    return nil
                }
                group.addTask {
                    var load = ImportLoad(
                        spec: spec, context: context, loader: loader, sourceTag: object.info.tag.rawValue)
                    while let batch = try await channel.receive() {
                        try await load.process(batch)
                        pool.give(batch)
                        if load.failure != nil { break }
                    }
                    return try await load.finish()
                }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                throw CancellationError()
            }
            await object.close()
            return result
        } catch {
            await object.close()
            await loader.close()
            throw error
        }
    }
}

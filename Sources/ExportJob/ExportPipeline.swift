internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// Rows from a snapshot into result files: reading, and encoding with storing, overlap.
struct ExportPipeline: Sendable {
    private let spec: ExportSpec
    private let context: JobContext

    init(spec: ExportSpec, context: JobContext) {
        self.spec = spec
        self.context = context
    }

    /// Exports the rows.
    ///
    /// One snapshot is one connection: when that is lost, everything is read again. Throws `JobError`; what the attempt
    /// stored is for the caller to remove.
    func run() async throws -> JobResult {
        var retries = DatabaseRetries(of: .job)
        while true {
            do {
                return try await attempt()
            } catch let error as JobError {
                guard let pause = retries.pause(after: error) else { throw error }
                context.log.warning("\(error.description); reading again from the start")
                try await Task.sleep(for: .milliseconds(pause))
            }
            // The keys of the attempt's files are used again.
            for object in try await context.place.store.list(prefix: context.prefix) {
                try await context.place.store.delete(object.key)
            }
            context.meter.update { counts in
                counts = JobCounts()
                return nil
            }
        }
    }

    private func attempt() async throws -> JobResult {
        let resource = spec.common.resource
        let query = RowQuery(
            resource: resource, orgId: spec.common.orgId, columns: spec.columns,
            conditions: spec.filters.conditions(at: context.createdAt), order: spec.filters.order(resource),
            limit: spec.limit)
        let columnCount = spec.columns.count
        let channel = BoundedChannel<RowBatch>(depth: 2)
        let pool = Pool { RowBatch(columnCount: columnCount) }
        let progress = ReadProgress()
        return try await withThrowingTaskGroup(of: JobResult?.self) { group in
            group.addTask {
                try await read(query, into: channel, pool: pool, progress)
                return nil
            }
            group.addTask { try await store(channel, pool, progress) }
            if !context.place.database.source.tellsAmount {
                group.addTask {
                    // Only for the progress bar: an export does not fail because its size is not known.
                    try? await count(query, progress)
                    return nil
                }
            }
            defer { group.cancelAll() }
            guard let result = try await group.settled(by: { $0 != nil }) else { throw CancellationError() }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    private func read(
        _ query: RowQuery, into channel: BoundedChannel<RowBatch>, pool: Pool<RowBatch>, _ progress: ReadProgress
    ) async throws {
        let start = WallClock.monotonic()
        let snapshot = try await context.place.database.openSnapshot()
        do {
            try await snapshot.read(query, into: channel, pool: pool, progress: progress)
        } catch {
            await snapshot.close()
            throw error
        }
        await snapshot.close()
        context.meter.addTime("read", since: start)
    }

    /// Counts the rows in a snapshot of its own, while the first rows are already on their way.
    private func count(_ query: RowQuery, _ progress: ReadProgress) async throws {
        let snapshot = try await context.place.database.openSnapshot()
        let total = try? await snapshot.count(query)
        await snapshot.close()
        if let total { progress.expect(rows: total) }
    }

    private func store(
        _ channel: BoundedChannel<RowBatch>, _ pool: Pool<RowBatch>, _ progress: ReadProgress
    ) async throws -> JobResult {
        let writer = try ResultWriter(spec: spec, context: context)
        let freeJSON =
            context.place.database.source.keepsJSONAsWritten
            ? spec.columns.indices.filter { spec.columns[$0].type == .json } : []
        do {
            while let batch = try await channel.receive() {
                var rest: RowBatch? = batch
                while var part = rest {
                    rest = freeJSON.isEmpty ? nil : part.canonicaliseJSON(columns: freeJSON)
                    try await writer.write(part)
                    count(part, writer.bytesWritten, progress)
                    if rest == nil { pool.give(part) }
                }
            }
            var result = JobResult()
            result.files = try await writer.finish()
            result.counts = context.meter.counts
            result.counts.rowsTotal = result.counts.rowsWritten
            result.counts.bytesWritten = result.files.reduce(0) { $0 + $1.bytes }
            result.downloadURLTTL = spec.downloadURLTTL
            if result.counts.rowsWritten == 0 { await OrganisationNote(context).add() }
            return result
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// Counts the rows of a batch that was written.
    private func count(_ batch: RowBatch, _ written: Int, _ progress: ReadProgress) {
        let rows = batch.rowCount
        let bytes = batch.byteCount
        context.meter.update { counts in
            counts.rowsRead += rows
            counts.rowsWritten += rows
            counts.bytesRead += bytes
            counts.bytesWritten = written
            counts.rowsTotal = max(progress.rows ?? 0, counts.rowsWritten)
            // Estimates may be exceeded; only the end is the end.
            return progress.share(written: counts.rowsWritten).map { min($0, 0.999) }
        }
    }
}

internal import Compression
internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// Bytes of the source object into batches of rows: read, decompressed, parsed.
struct SourceStream: Sendable {
    /// What the parser needs to know about a source before the first row.
    private static let sampleBytes = 1 << 16

    private let spec: ImportSpec
    private let context: JobContext

    init(spec: ImportSpec, context: JobContext) {
        self.spec = spec
        self.context = context
    }

    /// Opens the source object. Throws `source_not_found` (66).
    func open() async throws(JobError) -> any ObjectReader {
        let key = try spec.sourceKey()
        do throws(JobError) {
            return try await context.backends.store.openReader(key, chunkBytes: 1 << 20)
        } catch {
            guard error.code == "object_not_found" else { throw error }
            throw JobError(
                "source_not_found", .noInput, "there is no object \(key) in \(context.backends.store.description)",
                hint: "put the file there first; `ImportJob prepare` prints where")
        }
    }

    /// Sends the rows of the source, then finishes the channel. Throws what is wrong with the source as a whole.
    func read(
        _ object: any ObjectReader, into channel: BoundedChannel<SourceBatch>, pool: Pool<SourceBatch>
    ) async throws {
        let start = WallClock.monotonic()
        var decompressor: Decompressor?
        var reader: SourceReader?
        var chunk: [UInt8] = []
        var plain: [UInt8] = []
        var sample: [UInt8] = []
        var batch = pool.take()
        while try await object.read(into: &chunk) {
            try Task.checkCancellation()
            var position = 0
            if decompressor == nil {
                decompressor = try Decompressor(CompressionKind.detect(chunk), limits: DecompressionLimits())
            }
            while position < chunk.count {
                position = try decompressor?.decompress(chunk, from: position, into: &plain) ?? chunk.count
                if reader == nil {
                    // The first bytes decide what the rest is, however small the pieces come.
                    sample += plain
                    if sample.count < Self.sampleBytes { continue }
                    swap(&sample, &plain)
                    reader = try makeReader(plain)
                }
                batch = try await parse(plain, &reader, batch, channel, pool)
            }
            let bytes = chunk.count
            context.meter.update { counts in
                counts.bytesRead += bytes
                return object.info.size > 0 ? Double(counts.bytesRead) / Double(object.info.size) * 0.99 : nil
            }
        }
        try decompressor?.finish()
        if reader == nil {
            reader = try makeReader(sample)
            batch = try await parse(sample, &reader, batch, channel, pool)
        }
        repeat {
            try reader?.finish(into: &batch)
            if batch.rows.rowCount == 0 && batch.defects.isEmpty { break }
            try await channel.send(batch)
            batch = pool.take()
            batch.removeAll()
        } while true
        // An empty batch tells the loader the columns of a source without rows.
        try await channel.send(batch)
        channel.finish()
        context.meter.addTime("read", since: start)
    }

    private func makeReader(_ sample: [UInt8]) throws(JobError) -> SourceReader {
        let format = try spec.format ?? SourceFormat.detect(sample)
        if spec.format == .csv { _ = try SourceFormat.detect(sample) }
        return switch format {
        case .csv: .csv(CSVReader(options: spec.csv))
        case .json: .json(JSONRowReader(layout: .array))
        case .jsonl: .json(JSONRowReader(layout: .lines))
        }
    }

    /// Parses all of the bytes; sends each batch that is full. Returns the batch that is being filled.
    private func parse(
        _ bytes: [UInt8], _ reader: inout SourceReader?, _ batch: SourceBatch,
        _ channel: BoundedChannel<SourceBatch>, _ pool: Pool<SourceBatch>
    ) async throws -> SourceBatch {
        var batch = batch
        var position = 0
        while position < bytes.count {
            position = try reader?.read(bytes, from: position, into: &batch) ?? bytes.count
            if position < bytes.count {
                try await channel.send(batch)
                batch = pool.take()
                batch.removeAll()
            }
        }
        return batch
    }
}

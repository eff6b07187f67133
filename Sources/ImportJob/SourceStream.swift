internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// Bytes of the source object into batches of rows: read, decompressed, parsed.
struct SourceStream: Sendable {
    private let spec: ImportSpec
    private let context: JobContext

    init(spec: ImportSpec, context: JobContext) {
        self.spec = spec
        self.context = context
    }

    /// Opens the source.
    ///
    /// Throws `source_not_found` (66) and what `SourceDownload` reports.
    func open() async throws(JobError) -> ImportSource {
        if let url = spec.sourceURL {
            return try await .download(
                url, allowing: spec.common.allowList, minimumRate: context.sourceMinimumRate)
        }
        let key = try spec.sourceKey()
        do throws(JobError) {
            return .object(try await context.place.store.openReader(key, chunkBytes: 1 << 18))
        } catch {
            guard error.code == .objectNotFound else { throw error }
            throw JobError(
                .sourceNotFound, "there is no object \(key) in \(context.place.store.description)",
                hint: "put the file there first; `ImportJob prepare` prints where")
        }
    }

    /// Sends the rows of the source, then finishes the channel.
    ///
    /// Throws what is wrong with the source as a whole.
    func read(
        _ source: ImportSource, into channel: BoundedChannel<SourceBatch>, pool: Pool<SourceBatch>,
        traits: SourceTraits, heavy: HeavyBatches
    ) async throws {
        let start = WallClock.monotonic()
        let parser = SourceParser(
            spec: spec, channel: channel, pool: pool, traits: traits, heavy: heavy, copy: source.copy)
        var chunk: [UInt8] = []
        while try await source.read(into: &chunk) {
            try await parser.consume(chunk)
            let bytes = chunk.count
            context.meter.update { counts in
                counts.bytesRead += bytes
                return nil
            }
        }
        try await parser.finish()
        if !parser.endsItself, await source.mayBeCut() {
            context.log.warning(
                "the server did not say how long the source is, so that a cut cannot be told from its end: "
                    + "compare the number of rows, or serve the source with a Content-Length or compressed")
        }
        channel.finish()
        context.meter.addTime("read", since: start)
    }
}

internal import Compression
internal import Formats
internal import JobCore

/// Decompresses and parses the pieces of a source; sends each batch that is full.
///
/// Used by one task.
final class SourceParser {
    /// What the parser needs to know about a source before the first row.
    private static let sampleBytes = 1 << 16

    private let spec: ImportSpec
    private let channel: BoundedChannel<SourceBatch>
    private let pool: Pool<SourceBatch>
    private let traits: SourceTraits
    private let heavy: HeavyBatches
    /// The next batch is a large one, and may be.
    private var isHeavy = false
    private var csvOptions: CSVReaderOptions
    private var hasNotedDelimiter = false
    private var decompressor: Decompressor?
    private var isCompressed = false
    private var transcoder: TextTranscoder?
    private var reader: SourceReader?
    private var isArray = false
    private var batch: SourceBatch
    private var plain: [UInt8] = []
    /// Bytes of the object as stored whose rows are in batches or behind them.
    private var consumed = 0
    /// The first bytes, until there are enough to decide what the rest is, however small the pieces come.
    private var sample: [UInt8] = []

    init(
        spec: ImportSpec, channel: BoundedChannel<SourceBatch>, pool: Pool<SourceBatch>, traits: SourceTraits,
        heavy: HeavyBatches
    ) {
        self.heavy = heavy
        self.spec = spec
        self.channel = channel
        self.pool = pool
        self.traits = traits
        csvOptions = Self.csvOptions(spec)
        batch = pool.take()
    }

    /// Takes the next bytes of the object as stored.
    func consume(_ chunk: [UInt8]) async throws {
        var position = 0
        defer { consumed += chunk.count }
        while position < chunk.count || decompressor?.hasPending == true {
            position = try decompress(chunk, from: position)
            if reader == nil {
                sample += plain
                if sample.count < Self.sampleBytes { continue }
                try makeReader()
            } else {
                transcode()
            }
            try await parse()
        }
    }

    /// Whether a source that was cut short would have been an error: by its compression, or the end of its array.
    var endsItself: Bool { isCompressed || isArray }

    /// Ends the source: the last rows, then an empty batch that tells the columns of a source without rows.
    func finish() async throws {
        try decompressor?.finish()
        if reader == nil {
            try makeReader()
            try await parse()
        }
        plain = transcoder?.finish() ?? []
        try await parse()
        var isEmpty = false
        while !isEmpty {
            try reader?.finish(into: &batch)
            isEmpty = batch.rows.rowCount == 0 && batch.defects.isEmpty
            try await send()
        }
    }

    private func decompress(_ chunk: [UInt8], from position: Int) throws -> Int {
        if decompressor == nil {
            let kind = SourceCompression.detect(chunk)
            isCompressed = kind != .none
            decompressor = try Decompressor(kind, limits: DecompressionLimits())
        }
        return try decompressor?.decompress(chunk, from: position, into: &plain) ?? chunk.count
    }

    private func makeReader() throws {
        swap(&sample, &plain)
        let beginning = Array(plain.prefix(Self.sampleBytes))
        let encoding = spec.encoding ?? TextEncoding.detect(plain)
        if encoding != .utf8 {
            transcoder = TextTranscoder(encoding)
            transcode()
        }
        // Looked at in any case: a spreadsheet file named .csv is told from text here.
        let detected = try SourceFormat.detect(plain)
        let format = spec.path.isEmpty ? spec.format ?? detected : .json
        if encoding != .utf8 { csvOptions.sourceEncoding = encoding.rawValue }
        traits.note(
            decompressor?.kind ?? .none, member: decompressor?.memberName, format, encoding,
            isTold: spec.encoding != nil, sample: beginning)
        isArray = format == .json
        reader =
            switch format {
            case .csv: .csv(CSVReader(options: csvOptions))
            case .json: .json(JSONRowReader(layout: .array, path: spec.path))
            case .jsonl: .json(try JSONSource.reader(plain, spec))
            }
    }

    /// Small batches where nothing is written: they stay in the caches, and take less memory.
    private static func csvOptions(_ spec: ImportSpec) -> CSVReaderOptions {
        var options = spec.csv
        if spec.isDryRun { options.batchBytes = 1 << 18 }
        return options
    }

    private func transcode() {
        if let text = transcoder?.decode(plain) { plain = text }
    }

    private func parse() async throws {
        var position = 0
        while position < plain.count {
            position = try reader?.read(plain, from: position, into: &batch) ?? plain.count
            if position < plain.count {
                try await send()
            } else if !isHeavy, reader?.heldBytes ?? 0 > HeavyBatches.bytes {
                try await heavy.enter()
                isHeavy = true
            }
        }
    }

    private func send() async throws {
        try Task.checkCancellation()
        if !hasNotedDelimiter, case .csv(let reader) = reader {
            hasNotedDelimiter = true
            traits.note(reader, spec.csv)
        }
        batch.isJSON = reader?.isJSON ?? false
        if !isHeavy, batch.rows.byteCount > HeavyBatches.bytes {
            try await heavy.enter()
            isHeavy = true
        }
        // One that is still gathered comes with a later batch.
        if isHeavy, reader?.heldBytes ?? 0 <= HeavyBatches.bytes {
            batch.isHeavy = true
            isHeavy = false
        }
        if case .csv(let reader) = reader, let delimiter = reader.delimiter {
            // A rejects file has the apostrophes in any case, and behind them what the source had.
            let isResent = !RejectsWriter.areOwn(in: batch.columns).isEmpty
            if isResent { batch.removeFormulaGuards(delimiter: delimiter) }
            if spec.unwrapsFormulas { batch.unwrapFormulas() }
            // Text that an export has guarded is meant as it is.
            if spec.unescapesFormulas && !isResent { batch.removeFormulaGuards(delimiter: delimiter) }
            batch.refuseUncorrected()
        }
        batch.sourceBytes = consumed
        try await channel.send(batch)
        batch = pool.take()
        batch.removeAll()
    }
}

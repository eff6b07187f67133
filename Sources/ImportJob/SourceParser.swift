internal import Compression
internal import Formats
internal import JobCore

/// Decompresses and parses the pieces of a source; sends each batch that is full.
///
/// Used by one task.
final class SourceParser {
    /// Bytes as stored that tell what holds the source: packed text, or a file that is sought in.
    private static let openingBytes = 512
    /// What the parser needs to know about a text before the first row.
    private static let sampleBytes = 1 << 16

    private let spec: ImportSpec
    private let channel: BoundedChannel<SourceBatch>
    private let pool: Pool<SourceBatch>
    private let traits: SourceTraits
    private let heavy: HeavyBatches
    /// The next batch is a large one, and may be.
    private var isHeavy = false
    private var hasNotedFindings = false
    /// The format of the source, once that is known.
    private var format: (any InputFormat)?
    /// The first bytes as stored, until there are enough; `nil` when there were.
    private var opening: [UInt8]? = []
    /// Where the whole source is already.
    private let copy: SourceSpool?
    /// Where a source that is sought in goes, or is.
    private var spool: SourceSpool?
    private var decompressor: Decompressor?
    private var transcoder: TextTranscoder?
    private var reader: (any SourceReader)?
    private var batch: SourceBatch
    private var plain: [UInt8] = []
    /// Bytes of the object as stored whose rows are in batches or behind them.
    private var consumed = 0
    /// The first bytes of the text, until there are enough to decide what the rest is, however small the pieces come.
    private var sample: [UInt8] = []

    init(
        spec: ImportSpec, channel: BoundedChannel<SourceBatch>, pool: Pool<SourceBatch>, traits: SourceTraits,
        heavy: HeavyBatches, copy: SourceSpool? = nil
    ) {
        self.heavy = heavy
        self.copy = copy
        self.spec = spec
        self.channel = channel
        self.pool = pool
        self.traits = traits
        batch = pool.take()
    }

    /// Takes the next bytes of the object as stored.
    func consume(_ chunk: [UInt8]) async throws {
        if var first = opening {
            first += chunk
            opening = first
            if first.count >= Self.openingBytes { try await open() }
        } else {
            try await take(chunk)
        }
    }

    /// Whether a source that was cut short would have been an error: by its compression, or by its format.
    var endsItself: Bool { (decompressor?.kind ?? .none) != .none || format?.endsItself == true }

    /// Ends the source: the last rows, then an empty batch that tells the columns of a source without rows.
    func finish() async throws {
        if opening != nil { try await open() }
        if let spool {
            try await makeSeekingReader(spool)
        } else {
            try decompressor?.finish()
            if reader == nil {
                try makeReader()
                try await parse()
            }
            plain = transcoder?.finish() ?? []
            try await parse()
        }
        var isEmpty = false
        while !isEmpty {
            try reader?.finish(into: &batch)
            isEmpty = batch.rows.rowCount == 0 && batch.defects.isEmpty
            try await send()
        }
    }

    /// Decides by the first bytes what the rest goes through, and takes them.
    private func open() async throws {
        let first = opening ?? []
        opening = nil
        if let sought = sought(first) {
            format = sought
            spool = try copy ?? SourceSpool(for: .format(sought.name))
        }
        if !first.isEmpty { try await take(first) }
    }

    private func sought(_ first: [UInt8]) -> (any InputFormat)? {
        guard let told = spec.format else { return spec.formats.sought(first) }
        return told.content == .sought ? told : nil
    }

    private func take(_ chunk: [UInt8]) async throws {
        defer { consumed += chunk.count }
        if let spool {
            if copy == nil { try await spool.append(chunk) }
            return
        }
        var position = 0
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

    private func decompress(_ chunk: [UInt8], from position: Int) throws -> Int {
        if decompressor == nil {
            decompressor = try Decompressor(SourceCompression.detect(chunk), limits: DecompressionLimits())
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
        let format = try spec.format(of: plain)
        self.format = format
        traits.note(
            decompressor?.kind ?? .none, member: decompressor?.memberName, format.name, encoding,
            isTold: spec.encoding != nil, sample: beginning)
        var opening = SourceOpening(beginning: plain, options: spec.options(of: format))
        opening.encoding = encoding == .utf8 ? nil : encoding.rawValue
        reader = try format.reader(complete(&opening))
    }

    private func makeSeekingReader(_ spool: SourceSpool) async throws {
        guard let format else { return }
        let file = await spool.contents
        var opening = SourceOpening(options: spec.options(of: format))
        try file.read(Self.sampleBytes, at: 0, into: &opening.beginning)
        opening.file = file
        traits.note(format.name)
        reader = try format.reader(complete(&opening))
    }

    private func complete(_ opening: inout SourceOpening) -> SourceOpening {
        opening.path = spec.path
        opening.prefersSmallBatches = spec.isDryRun
        opening.isRow = { [spec] in spec.isRow($0) }
        opening.isGuarded = { !RejectsWriter.areOwn(in: $0).isEmpty }
        return opening
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
        if !hasNotedFindings, let findings = reader?.findings {
            hasNotedFindings = true
            traits.note(findings)
        }
        if !isHeavy, batch.rows.byteCount > HeavyBatches.bytes {
            try await heavy.enter()
            isHeavy = true
        }
        // One that is still gathered comes with a later batch.
        if isHeavy, reader?.heldBytes ?? 0 <= HeavyBatches.bytes {
            batch.isHeavy = true
            isHeavy = false
        }
        reader?.complete(&batch)
        if !batch.isJSON { batch.refuseUncorrected() }
        batch.sourceBytes = consumed
        try await channel.send(batch)
        batch = pool.take()
        batch.removeAll()
    }
}

package import JobCore

/// Decompresses one source that comes in pieces.
///
///     for each piece of the source {
///         var position = 0
///         repeat {
///             position = try decompressor.decompress(piece, from: position, into: &output)
///             use(output)
///         } while position < piece.count || !output.isEmpty
///     }
///     try decompressor.finish()
package struct Decompressor: ~Copyable, @unchecked Sendable {
    private enum Engine {
        case none
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
        case zip(ZipDecoder)
    }

    package let kind: SourceCompression
    /// Bytes of the source that were used up.
    package private(set) var consumedBytes = 0
    /// Bytes that came out.
    package private(set) var producedBytes = 0
    /// Bytes that were unpacked and are none of the source: files of an archive that are passed over.
    private var discardedBytes = 0
    private let limits: DecompressionLimits
    private let engine: Engine

    /// A decompressor at the start of a source.
    package init(_ kind: SourceCompression, limits: DecompressionLimits = DecompressionLimits()) throws(JobError) {
        self.kind = kind
        self.limits = limits
        switch kind {
        case .none: engine = .none
        case .gzip: engine = .gzip(try GzipDecoder())
        case .zstd: engine = .zstd(try ZstdDecoder())
        case .zip: engine = .zip(try ZipDecoder())
        }
    }

    /// The name of the file inside an archive, once it is known.
    package var memberName: String? {
        if case .zip(let decoder) = engine { decoder.memberName } else { nil }
    }

    /// Replaces the contents of `output` with the next decompressed bytes, at most `chunkBytes` of them.
    ///
    /// An empty output at the end of the input means that more input is needed. Hand in the same output each time, its
    /// storage is used again. Throws `source_corrupt`, `limit_window`, `limit_ratio`, `limit_decompressed_bytes`, and of an
    /// archive `zip_encrypted`, `zip_several_files`, `zip_no_file`, `zip_unsupported` and `not_text`.
    /// - Returns: Where in the input to go on.
    package mutating func decompress(
        _ input: [UInt8], from position: Int, into output: inout [UInt8]
    ) throws(JobError) -> Int {
        output.removeAll(keepingCapacity: true)
        if position == input.count && !hasPending { return position }
        let progress: DecodingProgress
        do {
            progress = try decode(input, from: position, into: &output)
        } catch {
            throw CompressionFailure.decoder(error, kind, before: consumedBytes)
        }
        consumedBytes += progress.consumed
        producedBytes += progress.produced
        discardedBytes += progress.discarded
        let unpacked = producedBytes + discardedBytes
        if unpacked > limits.maxBytes { throw CompressionFailure.tooLong(limits.maxBytes) }
        if let maximum = limits.maxRatio, kind != .none, unpacked > DecompressionLimits.bytesOfAnyRatio,
            unpacked / maximum > consumedBytes
        {
            throw CompressionFailure.ratio(maximum, at: consumedBytes)
        }
        return position + progress.consumed
    }

    /// Checks that the source was complete; throws `source_truncated`.
    package mutating func finish() throws(JobError) {
        let isComplete =
            switch engine {
            case .none: true
            case .gzip(let decoder): decoder.isComplete
            case .zstd(let decoder): decoder.isComplete
            case .zip(let decoder): decoder.isComplete
            }
        if !isComplete { throw CompressionFailure.truncated(kind, at: consumedBytes) }
    }

    /// Whether output can come without more input.
    package var hasPending: Bool {
        switch engine {
        case .none: false
        case .gzip(let decoder): decoder.hasPending
        case .zstd(let decoder): decoder.hasPending
        case .zip(let decoder): decoder.hasPending
        }
    }

    private func decode(
        _ input: [UInt8], from position: Int, into output: inout [UInt8]
    ) throws(DecodingDefect) -> DecodingProgress {
        var progress = DecodingProgress()
        try output.append(addingCapacity: limits.chunkBytes) { span throws(DecodingDefect) in
            try unsafe span.withUnsafeMutableBufferPointer { target, count throws(DecodingDefect) in
                let target = unsafe UnsafeMutableBufferPointer(rebasing: target[..<limits.chunkBytes])
                progress = try unsafe input.withUnsafeBufferPointer { input throws(DecodingDefect) in
                    try unsafe run(UnsafeBufferPointer(rebasing: input[position...]), into: target)
                }
                count = progress.produced
            }
        }
        return progress
    }

    private func run(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
    ) throws(DecodingDefect) -> DecodingProgress {
        switch engine {
        case .none:
            let count = min(source.count, target.count)
            _ = unsafe target.initialize(fromContentsOf: source[..<count])
            return DecodingProgress(consumed: count, produced: count)
        case .gzip(let decoder): return try unsafe decoder.decode(source, into: target)
        case .zstd(let decoder): return try unsafe decoder.decode(source, into: target)
        case .zip(let decoder): return try unsafe decoder.decode(source, into: target)
        }
    }
}

/// What one call of a decoder used up and gave.
struct DecodingProgress {
    var consumed = 0
    var produced = 0
    /// Unpacked and thrown away.
    var discarded = 0
}

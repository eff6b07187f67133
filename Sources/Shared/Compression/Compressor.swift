package import JobCore

/// Compresses files of one kind, one after the other.
///
/// The output depends on the input and on how it was cut, on nothing else: not on the time, names or earlier files.
/// It has no value semantics of its own to share, so it can move between tasks but not be copied.
package struct Compressor: ~Copyable, @unchecked Sendable {
    private enum Engine {
        case none
        case gzip(GzipEncoder)
        case zstd(ZstdEncoder)
    }

    package let kind: CompressionKind
    private let engine: Engine

    /// A compressor ready for its first file: gzip by ISA-L at level 1, zstd at level 3 with checksums.
    package init(_ kind: CompressionKind) throws(JobError) {
        self.kind = kind
        switch kind {
        case .none: engine = .none
        case .gzip: engine = .gzip(try GzipEncoder())
        case .zstd: engine = .zstd(try ZstdEncoder())
        }
    }

    /// Compresses the next piece of the file; appends what is ready, which may be nothing.
    package mutating func compress(_ input: [UInt8], into output: inout [UInt8]) throws(JobError) {
        if input.isEmpty { return }
        switch engine {
        case .none: output += input
        case .gzip(let encoder): try encoder.encode(input, isEnd: false, into: &output)
        case .zstd(let encoder): try encoder.encode(input, isEnd: false, into: &output)
        }
    }

    /// Ends the file and appends the rest of it; the next piece starts a new file.
    package mutating func finish(into output: inout [UInt8]) throws(JobError) {
        switch engine {
        case .none: break
        case .gzip(let encoder): try encoder.encode([], isEnd: true, into: &output)
        case .zstd(let encoder): try encoder.encode([], isEnd: true, into: &output)
        }
    }
}

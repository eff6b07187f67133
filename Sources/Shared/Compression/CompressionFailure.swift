import JobCore

/// Why a decoder cannot go on.
enum DecodingDefect: Error {
    /// The bytes are not what the format allows; the offset counts from the input of the call.
    case corrupt(offset: Int)
    /// The data needs a larger window than is allowed.
    case window
    /// An archive that is no source.
    case refused(ZipRefusal, offset: Int)
    case noMemory
}

/// The errors of this module.
enum CompressionFailure {
    /// The library got no memory.
    static func noMemory() -> JobError {
        JobError(.outOfMemory, "no memory left for compression", hint: "give the job more memory")
    }

    /// The library refused valid input, which its manual does not provide for.
    static func encoder(_ kind: CompressionKind) -> JobError {
        JobError(.compressionFailed, "the \(kind.rawValue) encoder failed")
    }

    /// A defect of the source; `before` bytes of it came ahead of the input the defect counts from.
    static func decoder(_ defect: DecodingDefect, _ kind: SourceCompression, before: Int) -> JobError {
        switch defect {
        case .corrupt(let offset):
            JobError(
                .sourceCorrupt, "the \(kind.rawValue) data is damaged",
                position: DataPosition(byteOffset: before + offset))
        case .window:
            JobError(
                .limitWindow, "the zstd data needs a window above 128 MiB", position: DataPosition(byteOffset: before))
        case .refused(let refusal, let offset):
            refusal.error(at: before + offset)
        case .noMemory:
            noMemory()
        }
    }

    /// The source ends before its compressed data does.
    static func truncated(_ kind: SourceCompression, at offset: Int) -> JobError {
        JobError(
            .sourceTruncated, "the \(kind.rawValue) data ends too early",
            position: DataPosition(byteOffset: offset))
    }

    /// More came out of the source than is allowed.
    static func tooLong(_ maximum: Int) -> JobError {
        JobError(
            .limitDecompressedBytes, "the source has more than \(maximum) decompressed bytes")
    }

    /// The source grows like a decompression bomb.
    static func ratio(_ maximum: Int, at offset: Int) -> JobError {
        JobError(
            .limitRatio, "the source decompresses to more than \(maximum) times its size",
            position: DataPosition(byteOffset: offset))
    }
}

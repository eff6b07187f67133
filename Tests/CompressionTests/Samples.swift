import Compression
import JobCore
import TestSupport
import Testing

/// Data of different kinds to compress, and the loops every test needs.
enum Samples {
    /// Lines like those of an export.
    static func csv(rows: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var bytes: [UInt8] = []
        for row in 0..<rows {
            let number = Int.random(in: 0..<1_000_000, using: &random)
            bytes += "\(row),user\(number)@example.com,2024-05-\(10 + number % 20),\(number / 7),active\n".utf8
        }
        return bytes
    }

    /// Bytes that do not compress.
    static func noise(_ count: Int, seed: UInt64 = 2) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// Compresses in pieces of `pieceBytes`.
    static func compress(
        _ bytes: [UInt8], _ kind: CompressionKind, pieceBytes: Int = 1 << 20
    ) throws(JobError) -> [UInt8] {
        var compressor = try Compressor(kind)
        return try compress(bytes, with: &compressor, pieceBytes: pieceBytes)
    }

    /// Compresses one file with a compressor that may have been used before.
    static func compress(
        _ bytes: [UInt8], with compressor: inout Compressor, pieceBytes: Int = 1 << 20
    ) throws(JobError) -> [UInt8] {
        var output: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + pieceBytes, bytes.count)
            try compressor.compress(Array(bytes[start..<end]), into: &output)
            start = end
        }
        try compressor.finish(into: &output)
        return output
    }

    /// Decompresses in pieces of `pieceBytes`.
    static func decompress(
        _ bytes: [UInt8], _ kind: CompressionKind, pieceBytes: Int = 1 << 20,
        limits: DecompressionLimits = DecompressionLimits()
    ) throws(JobError) -> [UInt8] {
        try unpack(bytes, SourceCompression(kind), pieceBytes: pieceBytes, limits: limits)
    }

    /// Reads a source of any kind in pieces of `pieceBytes`.
    static func unpack(
        _ bytes: [UInt8], _ kind: SourceCompression, pieceBytes: Int = 1 << 20,
        limits: DecompressionLimits = DecompressionLimits()
    ) throws(JobError) -> [UInt8] {
        var decompressor = try Decompressor(kind, limits: limits)
        var (all, output): ([UInt8], [UInt8]) = ([], [])
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + pieceBytes, bytes.count)])
            var position = 0
            repeat {
                position = try decompressor.decompress(piece, from: position, into: &output)
                all += output
            } while position < piece.count || !output.isEmpty
            start += piece.count
        }
        try decompressor.finish()
        return all
    }
}

/// Expects a data error with one of the codes; the error itself for further checks.
@discardableResult
func expectCode(
    _ codes: String..., sourceLocation: SourceLocation = #_sourceLocation, _ work: () throws -> Void
) -> JobError? {
    let error = #expect(throws: JobError.self, sourceLocation: sourceLocation) { try work() }
    #expect(
        error.map { codes.contains($0.code.rawValue) } == true, "\(error.map { "\($0.code)" } ?? "none")",
        sourceLocation: sourceLocation)
    #expect(error?.exitCode == .dataError, sourceLocation: sourceLocation)
    return error
}

import Compression
import JobCore
import TestSupport
import Testing

@Suite("Compression and back")
struct RoundTripTests {
    static let samples: [[UInt8]] = [
        [], [0], Samples.csv(rows: 1), Samples.csv(rows: 30_000), Samples.noise(300_000),
        [UInt8](repeating: 0, count: 2_500_000), Samples.csv(rows: 20_000) + Samples.noise(1_100_000),
    ]

    @Test("What was compressed comes back", arguments: CompressionKind.allCases)
    func roundTrip(kind: CompressionKind) throws {
        let limits = DecompressionLimits(maxRatio: nil)
        for sample in Self.samples {
            let compressed = try Samples.compress(sample, kind)
            #expect(try Samples.decompress(compressed, kind, limits: limits) == sample)
        }
    }

    @Test("Pieces of any size come back", arguments: CompressionKind.allCases, [1, 2, 3, 7, 100, 4096, 65_537])
    func pieces(kind: CompressionKind, pieceBytes: Int) throws {
        let sample = Samples.csv(rows: 500) + Samples.noise(2000)
        let compressed = try Samples.compress(sample, kind, pieceBytes: pieceBytes)
        #expect(try Samples.decompress(compressed, kind) == sample)
        for chunkBytes in [1, 13, 1000, 1 << 20] {
            let limits = DecompressionLimits(chunkBytes: chunkBytes)
            #expect(try Samples.decompress(compressed, kind, pieceBytes: pieceBytes, limits: limits) == sample)
        }
    }

    @Test("No chunk is longer than the limit, and the counters are right", arguments: CompressionKind.allCases)
    func chunks(kind: CompressionKind) throws {
        let sample = Samples.csv(rows: 5000)
        let compressed = try Samples.compress(sample, kind)
        var decompressor = try Decompressor(SourceCompression(kind), limits: DecompressionLimits(chunkBytes: 1000))
        var position = 0
        var output: [UInt8] = []
        repeat {
            position = try decompressor.decompress(compressed, from: position, into: &output)
            #expect(output.count <= 1000)
        } while position < compressed.count || !output.isEmpty
        #expect(decompressor.consumedBytes == compressed.count)
        #expect(decompressor.producedBytes == sample.count)
        try decompressor.finish()
    }

    @Test("The same pieces give the same bytes, also after another file", arguments: CompressionKind.allCases)
    func deterministic(kind: CompressionKind) throws {
        let sample = Samples.csv(rows: 40_000)
        let fresh = try Samples.compress(sample, kind, pieceBytes: 100_000)
        var used = try Compressor(kind)
        for other in [Samples.csv(rows: 30_000, seed: 9), Samples.noise(100_000), []] {
            _ = try Samples.compress(other, with: &used)
            #expect(try Samples.compress(sample, with: &used, pieceBytes: 100_000) == fresh)
        }
    }

    @Test("A gzip file has no time and no name in its header")
    func gzipHeader() throws {
        let compressed = try Samples.compress([1, 2, 3], .gzip)
        #expect(Array(compressed.prefix(8)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }

    @Test("A zstd frame carries a checksum of its contents")
    func zstdHeader() throws {
        let compressed = try Samples.compress([1, 2, 3], .zstd)
        #expect(compressed[4] & 0b100 != 0)
    }

    @Test("The kind is known by the first bytes")
    func detect() throws {
        for kind in CompressionKind.allCases {
            #expect(
                SourceCompression.detect(try Samples.compress(Samples.csv(rows: 2), kind)) == SourceCompression(kind))
            #expect(
                SourceCompression.detect(Array(try Samples.compress([], kind).prefix(4))) == SourceCompression(kind))
        }
        #expect(SourceCompression.detect([0x50, 0x2A, 0x4D, 0x18]) == .zstd)
        #expect(SourceCompression.detect([0x5F, 0x2A, 0x4D, 0x18, 0]) == .zstd)
        for plain: [UInt8] in [[], [0x1F], [0x28, 0xB5, 0x2F], [0x60, 0x2A, 0x4D, 0x18], Array("PK".utf8)] {
            #expect(SourceCompression.detect(plain) == .none)
        }
    }

    @Test("File names end as people expect")
    func suffix() {
        #expect(CompressionKind.allCases.map(\.fileSuffix) == ["", ".gz", ".zst"])
    }
}

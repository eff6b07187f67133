import Compression
import JobCore
import TestSupport
import Testing

@Suite("Damaged and hostile compressed data")
struct DamageTests {
    static let kinds: [CompressionKind] = [.gzip, .zstd]

    @Test("A file cut anywhere is reported", arguments: kinds)
    func truncation(kind: CompressionKind) throws {
        let compressed = try Samples.compress(Samples.csv(rows: 60), kind)
        for count in 0..<compressed.count {
            let cut = Array(compressed[..<count])
            for pieceBytes in [1 << 20, 5] {
                let error = expectCode("source_truncated") {
                    _ = try Samples.decompress(cut, kind, pieceBytes: pieceBytes)
                }
                #expect(error?.position?.byteOffset == count)
            }
        }
    }

    @Test("A flipped bit is reported, or it has no meaning for the contents", arguments: kinds)
    func flippedBit(kind: CompressionKind) throws {
        let sample = Samples.csv(rows: 40)
        let compressed = try Samples.compress(sample, kind)
        var harmless = 0
        for index in compressed.indices {
            for bit in 0..<8 {
                var damaged = compressed
                damaged[index] ^= 1 << bit
                do {
                    #expect(try Samples.decompress(damaged, kind) == sample, "byte \(index) bit \(bit)")
                    harmless += 1
                } catch {
                    let codes: [ErrorCode] = [.sourceCorrupt, .sourceTruncated, .limitWindow]
                    #expect(codes.contains(error.code), "byte \(index) bit \(bit)")
                    #expect((error.position?.byteOffset ?? -1) >= 0)
                }
            }
        }
        // Time and system of a gzip header, the window of a zstd frame, two ways to write the same match.
        #expect(harmless * 20 < compressed.count * 8)
    }

    @Test("A block of random bytes in the middle is reported near its place", arguments: kinds)
    func overwrittenBlock(kind: CompressionKind) throws {
        var damaged = try Samples.compress(Samples.csv(rows: 100_000), kind)
        let middle = damaged.count / 2
        damaged.replaceSubrange(middle..<(middle + 1000), with: Samples.noise(1000))
        let error = expectCode("source_corrupt") { _ = try Samples.decompress(damaged, kind, pieceBytes: 10_000) }
        #expect((middle - 1000...damaged.count).contains(error?.position?.byteOffset ?? 0))
    }

    @Test("Random bytes after the magic number never crash the decoder", arguments: kinds, UInt64(0)..<200)
    func randomBytes(kind: CompressionKind, seed: UInt64) {
        let magic: [UInt8] = kind == .gzip ? [0x1F, 0x8B, 8, UInt8(seed % 32)] : [0x28, 0xB5, 0x2F, 0xFD]
        let damaged = magic + Samples.noise(3000, seed: seed)
        expectCode("source_corrupt", "source_truncated", "limit_window") {
            _ = try Samples.decompress(damaged, kind, pieceBytes: 1 + Int(seed) * 7)
        }
    }

    @Test("Members and frames one after the other are one source, however they are cut", arguments: kinds)
    func concatenated(kind: CompressionKind) throws {
        let samples = [Samples.csv(rows: 30), [], Samples.noise(5000), [], [1]]
        let compressed = try samples.reduce(into: [UInt8]()) { $0 += try Samples.compress($1, kind) }
        for pieceBytes in [1, 2, 3, 17, 1000, 1 << 20] {
            let read = try Samples.decompress(
                compressed, kind, pieceBytes: pieceBytes, limits: DecompressionLimits(chunkBytes: 999))
            #expect(read == samples.flatMap { $0 })
        }
        expectCode("source_truncated") { _ = try Samples.decompress(compressed.dropLast(), kind) }
    }

    @Test("Skippable zstd frames are passed over")
    func skippable() throws {
        let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 9, 9, 9, 9, 9]
        let frame = try Samples.compress([1, 2, 3], .zstd)
        for pieceBytes in [1, 6, 100] {
            let read = try Samples.decompress(
                skippable + frame + skippable + frame + skippable, .zstd, pieceBytes: pieceBytes)
            #expect(read == [1, 2, 3, 1, 2, 3])
        }
        expectCode("source_truncated") { _ = try Samples.decompress(frame + skippable.dropLast(), .zstd) }
    }

    @Test("Zeros after a gzip member are padding, anything else is damage")
    func padding() throws {
        let member = try Samples.compress([1, 2, 3], .gzip)
        let zeros = [UInt8](repeating: 0, count: 500)
        #expect(try Samples.decompress(member + zeros, .gzip) == [1, 2, 3])
        #expect(try Samples.decompress(member + zeros + member, .gzip, pieceBytes: 7) == [1, 2, 3, 1, 2, 3])
        expectCode("source_corrupt") { _ = try Samples.decompress(member + [7, 7, 7], .gzip) }
        expectCode("source_corrupt") { _ = try Samples.decompress(zeros + member, .gzip) }
    }

    @Test("Bytes after a zstd frame are damage")
    func trailingBytes() throws {
        let frame = try Samples.compress([1, 2, 3], .zstd)
        expectCode("source_corrupt") { _ = try Samples.decompress(frame + [7, 7, 7, 7, 7], .zstd) }
    }

    @Test(
        "A bomb is stopped early",
        arguments: [
            (CompressionKind.gzip, "head -c 50000000 /dev/zero | gzip"),
            (.zstd, "head -c 100000000 /dev/zero | zstd"), (.zstd, "head -c 100000000 /dev/zero | zstd -19"),
        ])
    func bomb(kind: CompressionKind, command: String) throws {
        let bomb = try Tool.run(command)
        var decompressor = try Decompressor(SourceCompression(kind))
        expectCode("limit_ratio") {
            var position = 0
            var output: [UInt8] = []
            while position < bomb.count {
                position = try decompressor.decompress(bomb, from: position, into: &output)
                #expect(output.count <= 1 << 20)
            }
        }
        #expect(decompressor.producedBytes <= 4 << 20)
        let allowed = DecompressionLimits(maxRatio: nil)
        #expect(try Samples.decompress(bomb, kind, limits: allowed).count >= 50_000_000)
    }

    @Test("Short repetitive files of any ratio are read, and the limit is exact", arguments: kinds)
    func shortRepetition(kind: CompressionKind) throws {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        #expect(try Samples.decompress(Samples.compress(zeros, kind), kind).count == 1 << 20)
        expectCode("limit_ratio") { _ = try Samples.decompress(Samples.compress(zeros + [0], kind), kind) }
    }

    @Test("No more bytes than allowed come out", arguments: CompressionKind.allCases)
    func maximum(kind: CompressionKind) throws {
        let compressed = try Samples.compress(Samples.noise(10_000), kind)
        let exact = DecompressionLimits(chunkBytes: 100, maxBytes: 10_000)
        #expect(try Samples.decompress(compressed, kind, limits: exact).count == 10_000)
        let less = DecompressionLimits(chunkBytes: 100, maxBytes: 9_999)
        expectCode("limit_decompressed_bytes") { _ = try Samples.decompress(compressed, kind, limits: less) }
    }

    @Test("A zstd window above 128 MiB is refused")
    func window() throws {
        let program = "head -c 400000000 /dev/zero | zstd -1 --long=31"
        expectCode("limit_window") { _ = try Samples.decompress(Tool.run(program), .zstd) }
    }
}

import Compression
import TestSupport
import Testing

@Suite("Compression among other tools")
struct ToolTests {
    static let samples: [[UInt8]] = [[], Samples.csv(rows: 20_000), Samples.noise(200_000)]

    @Test(
        "Tools read what is written here",
        arguments: [
            (CompressionKind.gzip, "gzip -dc"), (.gzip, "gzip -t && cat /dev/null"), (.zstd, "zstd -dc"),
            (
                .gzip,
                "python3 -c 'import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))'"
            ),
        ])
    func toolsRead(kind: CompressionKind, command: String) throws {
        for sample in Self.samples {
            let read = try Tool.run(command, input: Samples.compress(sample, kind, pieceBytes: 50_000))
            #expect(read == (command.contains("null") ? [] : sample))
        }
    }

    @Test(
        "What tools write is read here",
        arguments: [
            (CompressionKind.gzip, "gzip -1"), (.gzip, "gzip -9"), (.gzip, "gzip -n"), (.gzip, "igzip -c"),
            (.zstd, "zstd -1"), (.zstd, "zstd -19"), (.zstd, "zstd --no-check"), (.zstd, "zstd --fast=3"),
            (.zstd, "zstd --long=27"), (.zstd, "cat > plain && zstd -qc plain"),
            (
                .gzip,
                "python3 -c 'import gzip,sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), mtime=9))'"
            ),
        ])
    func toolsWrite(kind: CompressionKind, command: String) throws {
        for sample in Self.samples {
            let compressed = try Tool.run(command, input: sample)
            #expect(SourceCompression.detect(compressed) == SourceCompression(kind))
            for pieceBytes in [1 << 20, 997] {
                #expect(try Samples.decompress(compressed, kind, pieceBytes: pieceBytes) == sample)
            }
        }
    }

    @Test("A header with name, comment, extra field and checksum is passed over, however it is cut")
    func gzipHeader() throws {
        let program = #"""
            import gzip, struct, sys, zlib
            h = b'\\x1f\\x8b\\x08\\x1e' + struct.pack('<I', 99) + b'\\x02\\x03'
            h += struct.pack('<H', 300) + b'e' * 300 + b'name' * 100 + b'\\0' + b'comment' * 50 + b'\\0'
            h += struct.pack('<H', zlib.crc32(h) & 0xffff)
            d = sys.stdin.buffer.read()
            sys.stdout.buffer.write(h + gzip.compress(d)[10:])
            """#
        let sample = Samples.csv(rows: 50)
        let compressed = try Tool.run("python3 -c \"\(program)\"", input: sample)
        for pieceBytes in [1, 2, 5, 11, 200, 100_000] {
            #expect(try Samples.decompress(compressed, .gzip, pieceBytes: pieceBytes) == sample)
        }
        var damaged = compressed
        damaged[20] ^= 1
        expectCode("source_corrupt") { _ = try Samples.decompress(damaged, .gzip) }
    }
}

import Formats
import TestSupport
import Testing

@Suite("Encodings of text")
struct TextTranscoderTests {
    /// What Python's codec makes of the bytes is what the transcoder makes of them, however they are cut.
    private func decode(_ bytes: [UInt8], _ encoding: TextEncoding, pieces: Int) -> [UInt8] {
        var transcoder = TextTranscoder(encoding)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            output += transcoder.decode(Array(bytes[start..<min(start + pieces, bytes.count)]))
        }
        return output + transcoder.finish()
    }

    @Test("Every character of UTF-16 in both orders, in pieces of any size", arguments: [1, 2, 3, 4, 5, 64, 1 << 20])
    func utf16(pieces: Int) {
        var random = SeededRandom(seed: 11)
        var text = "\u{FEFF}aé€🎉\u{0}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\u{D7FF}\u{E000}"
        for _ in 0..<2_000 {
            let number = UInt32.random(in: 0...0x10FFFF, using: &random)
            if let scalar = UnicodeScalar(number) { text.unicodeScalars.append(scalar) }
        }
        let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        #expect(decode(little, .utf16LE, pieces: pieces) == Array(text.utf8))
        #expect(decode(big, .utf16BE, pieces: pieces) == Array(text.utf8))
    }

    @Test("What is no character becomes a byte that no reader takes for text")
    func invalid() {
        #expect(decode([0x41, 0, 0x00, 0xD8], .utf16LE, pieces: 3) == [0x41, 0xFF])
        #expect(decode([0x00, 0xD8, 0x41, 0], .utf16LE, pieces: 4) == [0xFF, 0x41])
        #expect(decode([0x00, 0xDC, 0x41, 0, 0x42], .utf16LE, pieces: 2) == [0xFF, 0x41, 0xFF])
        #expect(decode([0x00, 0xD8, 0x00, 0xD8, 0x00, 0xDC], .utf16LE, pieces: 2) == [0xFF] + Array("\u{10000}".utf8))
        #expect(decode([0x81, 0x8D, 0x41], .windows1252, pieces: 1) == [0xFF, 0xFF, 0x41])
    }

    @Test("Every byte of windows-1252 is what Python says")
    func windows1252() throws {
        let bytes = (0...255).map { UInt8($0) }
        let script = "import sys; sys.stdout.buffer.write(bytes(range(256)).decode('cp1252', 'replace').encode())"
        let expected = try ChildProcess.run("python3", ["-c", script]).output
        let found = decode(bytes, .windows1252, pieces: 7)
        let replaced = found.flatMap { $0 == 0xFF ? Array("\u{FFFD}".utf8) : [$0] }
        #expect(replaced == expected && found.count { $0 == 0xFF } == 5)
    }

    @Test("A byte order mark tells the encoding")
    func detection() {
        #expect(
            TextEncoding.detect([0xFF, 0xFE, 0x41, 0]) == .utf16LE && TextEncoding.detect([0xFE, 0xFF]) == .utf16BE)
        #expect(TextEncoding.detect([0xEF, 0xBB, 0xBF]) == .utf8 && TextEncoding.detect([]) == .utf8)
    }

    @Test("UTF-16 without a mark is recognised by its zero bytes, other text and binary data are not")
    func unmarked() {
        func units(_ text: String) -> [UInt16] { Array(text.utf16) }
        for text in ["id,name\n1,J\u{F6}rg\n", "id;\u{5C71}\u{7530}\n1;\u{540D}\n", "\"a\",b\r\n"] {
            #expect(TextEncoding.detect(units(text).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) == .utf16LE)
            #expect(TextEncoding.detect(units(text).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) == .utf16BE)
            #expect(TextEncoding.detect(Array(text.utf8)) == .utf8)
        }
        for bytes in [[], [0], [0, 0, 0, 0], Array("a\0b,c\n1,2,3,4\n".utf8), [0x50, 0x4B, 3, 0, 0, 0, 8, 0]]
            as [[UInt8]]
        {
            #expect(TextEncoding.detect(bytes) == .utf8, "\(bytes)")
        }
    }
}

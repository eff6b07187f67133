import JobCore
import Testing

@Suite("What of a text can be seen")
struct VisibleTextTests {
    private func bytes<Value>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        var text = text
        return text.withUTF8 { unsafe body($0) }
    }

    @Test("White space at the ends is what Unicode calls so, every character of it")
    func trimming() {
        for value in UInt32(0)...0x3FFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "\(scalar)\(scalar)a\(scalar)b\(scalar)"
            let found = unsafe bytes(text) { unsafe String(decoding: VisibleText.trimmed($0), as: UTF8.self) }
            let expected = scalar.properties.isWhitespace ? "a\(scalar)b" : text
            #expect(found.utf8.elementsEqual(expected.utf8), "U+\(String(value, radix: 16))")
        }
        #expect(unsafe bytes("\u{2003} \u{A0}") { unsafe VisibleText.trimmed($0).isEmpty })
        // Cut in the middle of a character.
        for tail in [[0xC2], [0xE2], [0xE2, 0x80], [0x80, 0xAF], [0xE2, 0x80, 0x41], [0xE2, 0x80, 0x20, 0x41]]
            as [[UInt8]]
        {
            let damaged = Array("a".utf8) + tail
            #expect(unsafe damaged.withUnsafeBufferPointer { unsafe VisibleText.trimmed($0).count } == damaged.count)
        }
    }

    @Test(
        "Zero-width characters, joiners, marks of order and direction, soft hyphens and controls show nothing",
        arguments: [
            0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x202E, 0x2066, 0x061C, 0xAD, 0x00, 0x07, 0x0A,
            0x7F, 0x85,
            0x2028, 0x180E, 0x3164, 0xFE0F, 0xE0020, 0x034F,
        ] as [UInt32])
    func invisible(value: UInt32) throws {
        let text = "a\(try #require(Unicode.Scalar(value)))b"
        #expect(unsafe bytes(text) { unsafe VisibleText.hasInvisible($0) && !VisibleText.isPlain($0) })
        #expect(unsafe bytes(String(text.unicodeScalars.dropFirst().dropLast())) { unsafe VisibleText.isBlank($0) })
    }

    @Test("Letters of any script and spaces can be seen", arguments: ["", "a b", "Jörg", "李", "\u{1F600}", "a\u{A0}b"])
    func visible(text: String) { #expect(unsafe bytes(text) { unsafe !VisibleText.hasInvisible($0) }) }

    @Test("Every character is white space, or shows nothing, exactly where Unicode says so")
    func properties() {
        var differing: [UInt32] = []
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isControl = value < 0x20 || 0x7F...0x9F ~= value || value == 0x2028 || value == 0x2029
            let isHidden = isControl || 0xFFF9...0xFFFB ~= value || scalar.properties.isDefaultIgnorableCodePoint
            if VisibleText.isWhitespace(scalar) != scalar.properties.isWhitespace
                || VisibleText.isInvisible(scalar) != isHidden
            {
                differing.append(value)
            }
        }
        #expect(differing == [])
    }

    @Test("Every ASCII byte is seen at every place of a text of any length, alone and beside letters beyond ASCII")
    func everyByte() {
        for length in 1...26 {
            for place in 0..<length {
                for byte in UInt8(0)...0xFF {
                    var text = [UInt8](repeating: 0x61, count: length)
                    text[place] = byte
                    let isPlain = unsafe text.withUnsafeBufferPointer { unsafe VisibleText.isPlain($0) }
                    #expect(isPlain == (0x20...0x7E ~= byte), "\(byte) at \(place) of \(length)")
                    if byte >= 0x80 { continue }
                    text += Array("\u{EB}".utf8)
                    unsafe text.withUnsafeBufferPointer { text in
                        let isHidden = byte < 0x20 || byte == 0x7F
                        #expect(unsafe VisibleText.hasInvisible(text) == isHidden)
                        #expect(unsafe VisibleText.hasBlankOrInvisible(text) == (isHidden || byte == 0x20))
                        #expect(unsafe !VisibleText.isBlank(text))
                    }
                }
            }
        }
    }
}

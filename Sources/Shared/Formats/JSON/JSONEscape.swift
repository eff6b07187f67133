/// The escapes of JSON strings (RFC 8259, section 7).
enum JSONEscape {
    /// The character an escape stands for and how many bytes it takes in the source.
    struct Decoded {
        let text: Unicode.Scalar
        let length: Int
    }

    /// Decodes the escape whose backslash is at `at`; `nil` when it is malformed, cut off or half a surrogate pair.
    static func decode(_ bytes: UnsafePointer<UInt8>, at: Int, end: Int) -> Decoded? {
        guard at + 1 < end else { return nil }
        switch unsafe bytes[at + 1] {
        case UInt8(ascii: "\""): return Decoded(text: "\"", length: 2)
        case UInt8(ascii: "\\"): return Decoded(text: "\\", length: 2)
        case UInt8(ascii: "/"): return Decoded(text: "/", length: 2)
        case UInt8(ascii: "b"): return Decoded(text: "\u{8}", length: 2)
        case UInt8(ascii: "f"): return Decoded(text: "\u{C}", length: 2)
        case UInt8(ascii: "n"): return Decoded(text: "\n", length: 2)
        case UInt8(ascii: "r"): return Decoded(text: "\r", length: 2)
        case UInt8(ascii: "t"): return Decoded(text: "\t", length: 2)
        case UInt8(ascii: "u"): return unsafe unicode(bytes, at: at, end: end)
        default: return nil
        }
    }

    /// Whether the escape at `at` is malformed only because the bytes end before it does.
    static func isCut(_ bytes: UnsafePointer<UInt8>, at: Int, end: Int) -> Bool {
        if at + 1 == end { return true }
        guard unsafe bytes[at + 1] == UInt8(ascii: "u") else { return false }
        guard at + 6 <= end else { return (at + 2..<end).allSatisfy { unsafe hexDigit(bytes[$0]) != nil } }
        guard let first = unsafe unit(bytes, at: at, end: end), 0xD800..<0xDC00 ~= first, at + 12 > end else {
            return false
        }
        return (at + 6..<end).allSatisfy { index in
            switch index - at {
            case 6: unsafe bytes[index] == UInt8(ascii: "\\")
            case 7: unsafe bytes[index] == UInt8(ascii: "u")
            default: unsafe hexDigit(bytes[index]) != nil
            }
        }
    }

    private static func unicode(_ bytes: UnsafePointer<UInt8>, at: Int, end: Int) -> Decoded? {
        guard let first = unsafe unit(bytes, at: at, end: end) else { return nil }
        guard 0xD800...0xDFFF ~= first else { return Unicode.Scalar(first).map { Decoded(text: $0, length: 6) } }
        guard first < 0xDC00, let second = unsafe unit(bytes, at: at + 6, end: end), 0xDC00...0xDFFF ~= second else {
            return nil
        }
        let code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        return Unicode.Scalar(code).map { Decoded(text: $0, length: 12) }
    }

    /// The number in `\uXXXX` at `at`.
    private static func unit(_ bytes: UnsafePointer<UInt8>, at: Int, end: Int) -> UInt32? {
        guard unsafe at + 6 <= end && bytes[at] == UInt8(ascii: "\\") && bytes[at + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var code: UInt32 = 0
        for index in at + 2..<at + 6 {
            guard let digit = unsafe hexDigit(bytes[index]) else { return nil }
            code = code << 4 | digit
        }
        return code
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

/// Marks strings of JSON columns that look like JSON themselves, so that they come back as strings.
///
/// Many files have JSON in strings, and an import takes `"[1]"` for the array. A string that is meant is written with
/// its first character as an escape, `"\\u005b1]"`, which is the same string to every other reader.
enum LiteralText {
    /// Where the first character is of a JSON text that is such a string; `nil` for all others.
    @inline(__always)
    static func place(_ text: UnsafePointer<UInt8>, count: Int) -> Int? {
        guard count > 2, unsafe text[0] == UInt8(ascii: "\"") else { return nil }
        switch unsafe text[1] {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: " "), UInt8(ascii: "\\"):
            return unsafe isBracketed(text, count: count) ? 1 : nil
        default: return nil
        }
    }

    /// Whether a bracket is the first character that is no white space.
    private static func isBracketed(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        var at = 1
        while at < count {
            switch unsafe text[at] {
            case UInt8(ascii: "["), UInt8(ascii: "{"): return true
            case UInt8(ascii: " "): at += 1
            case UInt8(ascii: "\\"):
                guard at + 1 < count, unsafe "nrtf".utf8.contains(text[at + 1]) else { return false }
                at += 2
            default: return false
            }
        }
        return false
    }

    /// Writes the first character as an escape; returns the bytes written, and those of the text that they stand for.
    static func mark(
        _ text: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>
    ) -> (length: Int, replaced: Int) {
        var byte = unsafe text[0]
        var replaced = 1
        if byte == UInt8(ascii: "\\") {
            byte =
                switch unsafe text[1] {
                case UInt8(ascii: "n"): 0x0A
                case UInt8(ascii: "r"): 0x0D
                case UInt8(ascii: "t"): 0x09
                default: 0x0C
                }
            replaced = 2
        }
        var length = 0
        for letter in [UInt8(ascii: "\\"), UInt8(ascii: "u"), 0x30, 0x30, digit(byte >> 4), digit(byte & 15)] {
            unsafe target[length] = letter
            length += 1
        }
        return (length, replaced)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : UInt8(ascii: "a") + value - 10 }

    /// Whether a string, without its quotes, begins with the escape of a bracket or of white space.
    @inline(__always)
    static func isMarked(_ string: UnsafePointer<UInt8>, count: Int) -> Bool {
        guard count >= 6, unsafe string[0] == UInt8(ascii: "\\"), unsafe string[1] == UInt8(ascii: "u"),
            unsafe string[2] == 0x30, unsafe string[3] == 0x30
        else { return false }
        switch unsafe (string[4], string[5] | 0x20) {
        case (0x35, UInt8(ascii: "b")), (0x37, UInt8(ascii: "b")): return true
        case (0x30, UInt8(ascii: "a")...UInt8(ascii: "d")): return true
        default: return unsafe string[4] == 0x30 && string[5] == 0x39 || string[4] == 0x32 && string[5] == 0x30
        }
    }
}

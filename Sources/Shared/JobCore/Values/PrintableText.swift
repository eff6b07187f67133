/// Text that came from outside, as it may go to a terminal, a log or a page.
package enum PrintableText {
    /// The text with everything that cannot be seen written as JSON writes it (`\u009b`), so that JSON keeps its meaning.
    ///
    /// That is: control characters but tabs and line feeds, C1, marks that turn the direction of what follows, line and
    /// paragraph separators.
    ///
    /// See https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing.
    package static func of(_ text: String) -> String {
        // Those outside ASCII begin with one of these bytes.
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x20 ? byte != 0x7F && byte != 0xC2 && byte != 0xD8 && byte != 0xE2 && byte != 0xEF : byte == 0x0A
        }
        if isPlain { return text }
        var out = ""
        out.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            if hides(scalar) {
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Whether the character does something to a terminal or to its neighbours, or cannot be seen.
    package static func hides(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }
}

internal import Formats
internal import JobCore

/// Text for a page: nothing of it is markup, and nothing of it is invisible.
enum HTMLText {
    /// The text with everything escaped that has a meaning in HTML, also inside attributes.
    ///
    /// Control characters become their symbols, and characters that turn the direction of what follows are named:
    /// whoever reads the page sees what is in the file (Unicode Technical Report 36, 2.2).
    static func escape(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}":
                if let symbol = Unicode.Scalar(0x2400 + scalar.value) { out.unicodeScalars.append(symbol) }
            case _ where PrintableText.hides(scalar):
                out += "⟨U+\(String(scalar.value, radix: 16, uppercase: true))⟩"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A whole number with thin spaces between thousands.
    static func number(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var out = number < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { out += "\u{202F}" }
            out.append(digit)
        }
        return out
    }

    /// Bytes in the unit that people say.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        var unit = 0
        let units = ["bytes", "kB", "MB", "GB", "TB"]
        while value >= 1000 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 { return "\(number(count)) bytes" }
        let tenths = Int((value * 10).rounded())
        return value < 10 ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(Int(value.rounded())) \(units[unit])"
    }

    /// A time span.
    static func duration(milliseconds: Int) -> String {
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let seconds = milliseconds / 1000
        if seconds < 100 { return "\(seconds).\(milliseconds % 1000 / 100) s" }
        return seconds < 6000
            ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}

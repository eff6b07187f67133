/// Dates as days since 1970-01-01, and their text `YYYY-MM-DD`.
package enum CalendarDate {
    /// The day of the text; nil when it is not a date of the years 1 to 9999.
    package static func parse(_ text: String) -> Int? {
        var text = text
        return text.withUTF8 { unsafe parse($0) }
    }

    /// The day of the text; nil when it is not a date of the years 1 to 9999.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        bytes.count == 10 ? unsafe DigitReader(bytes).date() : nil
    }

    /// `YYYY-MM-DD` of a day of the years 1 to 9999.
    package static func format(_ day: Int) -> String {
        String(Timestamp.format(Int64(day) * 86_400_000_000).prefix(10))
    }
}

/// Spans such as `30d`, `12h`, `15m`, `90s`, `2w`.
package enum RelativeSpan {
    /// The span in microseconds; nil when the text is none, or longer than a thousand years.
    package static func parse(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let seconds = units[last], text.utf8.count <= 12 else { return nil }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits),
            count > 0, count <= 31_622_400_000 / seconds
        else { return nil }
        return count * seconds * 1_000_000
    }
}
extension CalendarDate {
    package static let infinity = Int.max
    package static let negativeInfinity = Int.min
    package static func write(_ day: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        _ = unsafe Timestamp.write(Int64(day) * 86_400_000_000, to: target)
        return 10
    }
}

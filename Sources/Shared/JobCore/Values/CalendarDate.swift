/// Dates as days since 1970-01-01, and their text `YYYY-MM-DD`.
///
/// Outside the years 1 to 9999 the year has a sign and at least six digits, and 0 is 1 BC, as in ECMA-262:
/// `-000043-03-15`. Infinite dates are `infinity` and `-infinity`.
package enum CalendarDate {
    /// The dates that PostgreSQL can hold: 4713 BC to 5874897.
    package static let extendedRange = -2_440_588...2_145_042_905
    /// The days of the years 1 to 9999.
    private static let range = -719_162...2_932_896

    /// Before and after every other date.
    package static let negativeInfinity = Int.min
    package static let infinity = Int.max

    /// Bytes that `write` may use.
    package static let maximumBytes = 16

    /// The day of the text; nil when it is not a date of the years 1 to 9999.
    package static func parse(_ text: String, isExtended: Bool = false) -> Int? {
        var text = text
        return text.withUTF8 { unsafe parse($0, isExtended: isExtended) }
    }

    /// The day of the text; nil when it is not a date of the years 1 to 9999 or, when `isExtended`, of `extendedRange`
    /// or an infinity.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>, isExtended: Bool = false) -> Int? {
        if bytes.count == 10, let day = unsafe DigitReader(bytes).date() { return day }
        guard isExtended else { return nil }
        if bytes.count <= 9 {
            switch unsafe String(decoding: bytes, as: UTF8.self).lowercased() {
            case "infinity", "+infinity": return infinity
            case "-infinity": return negativeInfinity
            default: return nil
            }
        }
        guard let (day, rest) = unsafe expanded(bytes), rest == bytes.count, extendedRange.contains(day) else {
            return nil
        }
        return day
    }

    /// The day of an expanded date at the beginning of the bytes, and where the date ends.
    static func expanded(_ bytes: UnsafeBufferPointer<UInt8>) -> (day: Int, end: Int)? {
        guard bytes.count >= 13, let sign = unsafe bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        else { return nil }
        var year = 0
        var index = 1
        while index < bytes.count, index < 9, unsafe bytes[index] &- 0x30 < 10 {
            year = unsafe year * 10 + Int(bytes[index] &- 0x30)
            index += 1
        }
        guard index >= 7, index + 6 <= bytes.count else { return nil }
        if sign == UInt8(ascii: "-") {
            if year == 0 { return nil }
            year = -year
        }
        let reader = unsafe DigitReader(UnsafeBufferPointer(rebasing: bytes[index..<index + 6]))
        guard reader[0] == UInt8(ascii: "-"), reader[3] == UInt8(ascii: "-"), let month = reader.two(1),
            let day = reader.two(4), month >= 1, month <= 12, day >= 1,
            day <= CivilCalendar.length(year: year, month: month)
        else { return nil }
        return (CivilCalendar.days(year: year, month: month, day: day), index + 6)
    }

    /// Canonical text of a day.
    package static func format(_ day: Int) -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe write(day, to: base)
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }

    /// Writes the canonical text of a day in `extendedRange`, or of an infinity; returns its length.
    package static func write(_ day: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if day == infinity || day == negativeInfinity {
            return unsafe copy(day == infinity ? "infinity" : "-infinity", to: target)
        }
        let date = CivilCalendar.date(days: day)
        var count = 0
        if range.contains(day) {
            unsafe writeDigits(date.year, 4, target, &count)
        } else {
            unsafe target[0] = UInt8(ascii: date.year < 0 ? "-" : "+")
            count = 1
            unsafe writeDigits(abs(date.year), abs(date.year) > 999_999 ? 7 : 6, target, &count)
        }
        unsafe target[count] = UInt8(ascii: "-")
        count += 1
        unsafe writeDigits(date.month, 2, target, &count)
        unsafe target[count] = UInt8(ascii: "-")
        count += 1
        unsafe writeDigits(date.day, 2, target, &count)
        return count
    }

    private static func writeDigits(
        _ number: Int, _ digits: Int, _ target: UnsafeMutablePointer<UInt8>, _ count: inout Int
    ) {
        var rest = number
        for index in stride(from: count + digits - 1, through: count, by: -1) {
            unsafe target[index] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
        count += digits
    }

    private static func copy(_ text: StaticString, to target: UnsafeMutablePointer<UInt8>) -> Int {
        for index in 0..<text.utf8CodeUnitCount { unsafe target[index] = text.utf8Start[index] }
        return text.utf8CodeUnitCount
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

/// Instants as microseconds since 1970-01-01T00:00:00Z, and their RFC 3339 text.
///
/// Canonical text is in UTC with `Z` and without trailing zeros in the fraction: `2026-04-01T12:00:00.25Z`.
package enum Timestamp {
    private static let day: Int64 = 86_400_000_000

    /// The instants of the years 1 to 9999 in UTC: all that have a canonical text.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// Bytes that `write` may use.
    package static let maximumBytes = 32

    /// The instant of RFC 3339 text, or of a date for its midnight in UTC; nil when it is neither.
    package static func parse(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { unsafe parse($0) }
    }

    /// The instant of RFC 3339 text (section 5.6), or of a date for its midnight in UTC; nil when it is neither.
    ///
    /// The zone is required, a space may stand for `T`, years are 1 to 9999, also in UTC. Digits beyond microseconds
    /// are cut off. A leap second is refused: the count of microseconds has no place for it.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        let reader = unsafe DigitReader(bytes)
        guard let days = reader.date() else { return nil }
        let midnight = Int64(days) * day
        if reader.count == 10 { return midnight }
        guard reader.count >= 20, [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(reader[10]),
            reader[13] == UInt8(ascii: ":"), reader[16] == UInt8(ascii: ":"),
            let hour = reader.two(11), let minute = reader.two(14), let second = reader.two(17),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        guard let fraction = fraction(reader, &index), let offset = offset(reader, index) else { return nil }
        let seconds = Int64(hour * 3600 + minute * 60 + second) - Int64(offset)
        let instant = midnight + seconds * 1_000_000 + fraction
        return range.contains(instant) ? instant : nil
    }

    /// Microseconds of the fraction at `index`, if there is one; moves behind it.
    private static func fraction(_ reader: DigitReader, _ index: inout Int) -> Int64? {
        guard reader[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        let start = index
        var value: Int64 = 0
        while index < reader.count, reader[index] &- 0x30 < 10 {
            if index - start < 6 { value = value * 10 + Int64(reader[index] &- 0x30) }
            index += 1
        }
        let digits = index - start
        guard digits >= 1, digits <= 18, index < reader.count else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    /// Seconds east of UTC of the zone at `index`, which must end the text.
    private static func offset(_ reader: DigitReader, _ index: Int) -> Int? {
        let mark = reader[index]
        if mark == UInt8(ascii: "Z") || mark == UInt8(ascii: "z") { return index + 1 == reader.count ? 0 : nil }
        guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-"), index + 6 == reader.count,
            reader[index + 3] == UInt8(ascii: ":"), let hours = reader.two(index + 1),
            let minutes = reader.two(index + 4), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return mark == UInt8(ascii: "+") ? seconds : -seconds
    }

    /// Canonical text of an instant of the years 1 to 9999.
    package static func format(_ microseconds: Int64) -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe write(microseconds, to: base)
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }

    /// Writes the canonical text of an instant in `range`; returns its length, at most `maximumBytes`.
    package static func write(_ microseconds: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var days = microseconds / day
        var rest = microseconds % day
        if rest < 0 {
            rest += day
            days -= 1
        }
        let date = CivilCalendar.date(days: Int(days))
        let seconds = Int(rest / 1_000_000)
        unsafe writeTwo(date.year / 100, target)
        unsafe writeTwo(date.year % 100, target + 2)
        unsafe target[4] = UInt8(ascii: "-")
        unsafe writeTwo(date.month, target + 5)
        unsafe target[7] = UInt8(ascii: "-")
        unsafe writeTwo(date.day, target + 8)
        unsafe target[10] = UInt8(ascii: "T")
        unsafe writeTwo(seconds / 3600, target + 11)
        unsafe target[13] = UInt8(ascii: ":")
        unsafe writeTwo(seconds / 60 % 60, target + 14)
        unsafe target[16] = UInt8(ascii: ":")
        unsafe writeTwo(seconds % 60, target + 17)
        var count = 19
        var fraction = Int(rest % 1_000_000)
        if fraction > 0 {
            unsafe target[19] = UInt8(ascii: ".")
            for index in stride(from: 25, through: 20, by: -1) {
                unsafe target[index] = UInt8(0x30 + fraction % 10)
                fraction /= 10
            }
            count = 26
            while unsafe target[count - 1] == 0x30 { count -= 1 }
        }
        unsafe target[count] = UInt8(ascii: "Z")
        return count + 1
    }

    @inline(__always)
    private static func writeTwo(_ number: Int, _ target: UnsafeMutablePointer<UInt8>) {
        unsafe target[0] = UInt8(truncatingIfNeeded: 0x30 + number / 10)
        unsafe target[1] = UInt8(truncatingIfNeeded: 0x30 + number % 10)
    }
}

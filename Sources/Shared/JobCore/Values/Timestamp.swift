/// Instants as microseconds since 1970-01-01T00:00:00Z, and their RFC 3339 text.
///
/// Canonical text is in UTC with `Z` and without trailing zeros in the fraction: `2026-04-01T12:00:00.25Z`. Outside the
/// years 1 to 9999 the year has a sign and at least six digits, and 0 is 1 BC, as in ECMA-262: `-000043-03-15T00:00:00Z`.
/// Infinite instants are `infinity` and `-infinity`.
package enum Timestamp {
    private static let day: Int64 = 86_400_000_000

    /// The instants of the years 1 to 9999 in UTC: all that have a canonical text.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// The instants that PostgreSQL and 64 bits can both hold: from 4713 BC to the beginning of the year 294247.
    package static let extendedRange: ClosedRange<Int64> = -210_866_803_200_000_000...(.max - 1)

    /// Before and after every other instant.
    package static let negativeInfinity = Int64.min
    package static let infinity = Int64.max

    /// Bytes that `write` may use.
    package static let maximumBytes = 32

    /// The instant of RFC 3339 text, or of a date for its midnight in UTC; nil when it is neither.
    package static func parse(_ text: String, isExtended: Bool = false) -> Int64? {
        var text = text
        return text.withUTF8 { unsafe parse($0, isExtended: isExtended) }
    }

    /// The instant of RFC 3339 text (section 5.6), or of a date for its midnight in UTC; nil when it is neither.
    ///
    /// The zone is required, a space may stand for `T`, years are 1 to 9999, also in UTC. Digits beyond microseconds
    /// are cut off. A leap second is refused: the count of microseconds has no place for it. When
    /// `isExtended`, expanded years and infinities are read too.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>, isExtended: Bool = false) -> Int64? {
        let reader = unsafe DigitReader(bytes)
        guard let days = reader.date() else { return isExtended ? unsafe parseExtended(bytes) : nil }
        guard let instant = instant(reader, days: days) else { return nil }
        return range.contains(instant) || (isExtended && extendedRange.contains(instant)) ? instant : nil
    }

    private static func parseExtended(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        if bytes.count <= 9 {
            switch unsafe String(decoding: bytes, as: UTF8.self).lowercased() {
            case "infinity", "+infinity": return infinity
            case "-infinity": return negativeInfinity
            default: break
            }
        }
        guard let (days, rest) = unsafe CalendarDate.expanded(bytes), days.magnitude <= 120_000_000 else { return nil }
        // What follows the year is read behind one of four digits.
        let text = unsafe Array("2000-01-01".utf8) + Array(bytes[rest...])
        let instant = unsafe text.withUnsafeBufferPointer { unsafe self.instant(DigitReader($0), days: 0) }
        guard let instant else { return nil }
        let (sum, overflows) = (Int64(days) * day).addingReportingOverflow(instant)
        return !overflows && extendedRange.contains(sum) ? sum : nil
    }

    /// The instant of text whose first ten bytes are the date that `days` says.
    @inline(__always)
    private static func instant(_ reader: DigitReader, days: Int) -> Int64? {
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
        return midnight + seconds * 1_000_000 + fraction
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

    /// Canonical text of an instant.
    package static func format(_ microseconds: Int64) -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe write(microseconds, to: base)
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }

    /// Writes the canonical text of an instant; returns its length, at most `maximumBytes`.
    package static func write(_ microseconds: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if !range.contains(microseconds) { return unsafe writeExtended(microseconds, to: target) }
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

    private static func writeExtended(_ microseconds: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if microseconds == infinity || microseconds == negativeInfinity {
            return unsafe CalendarDate.write(
                microseconds == infinity ? CalendarDate.infinity : CalendarDate.negativeInfinity, to: target)
        }
        var days = microseconds / day
        var rest = microseconds % day
        if rest < 0 {
            rest += day
            days -= 1
        }
        // The time of day is written behind a date of ten bytes, and moved behind the longer one.
        let count = unsafe CalendarDate.write(Int(days), to: target)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let base = buffer.baseAddress else { return count }
            let length = unsafe write(rest, to: base)
            for index in 10..<length { unsafe target[count + index - 10] = base[index] }
            return count + length - 10
        }
    }

    @inline(__always)
    private static func writeTwo(_ number: Int, _ target: UnsafeMutablePointer<UInt8>) {
        unsafe target[0] = UInt8(truncatingIfNeeded: 0x30 + number / 10)
        unsafe target[1] = UInt8(truncatingIfNeeded: 0x30 + number % 10)
    }
}

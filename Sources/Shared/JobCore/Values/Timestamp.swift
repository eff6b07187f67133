/// The RFC 3339 text of instants.
///
/// Canonical text is in UTC with `Z` and without trailing zeros in the fraction: `2026-04-01T12:00:00.25Z`. Outside the
/// years 1 to 9999 the year has a sign and at least six digits, and 0 is 1 BC, as in ECMA-262: `-000043-03-15T00:00:00Z`.
/// Infinite instants are `infinity` and `-infinity`.
package enum Timestamp {
    /// Microseconds of a day.
    private static let day: Int64 = 86_400_000_000

    /// The instants of the years 1 to 9999 in UTC: all that RFC 3339 has a text for.
    package static let range =
        Instant(microseconds: -62_135_596_800_000_000)...Instant(microseconds: 253_402_300_799_999_999)

    /// The instants that PostgreSQL and 64 bits can both hold: from 4713 BC to the beginning of the year 294247.
    ///
    /// PostgreSQL counts from the year 2000, so its last 30 years have no count of microseconds since 1970.
    package static let extendedRange =
        Instant(microseconds: -210_866_803_200_000_000)...Instant(microseconds: .max - 1)

    /// Bytes that `write` may use.
    package static let maximumBytes = 32

    /// The instant of RFC 3339 text, or of a date for its midnight in UTC; nil when it is neither.
    package static func parse(_ text: String, isExtended: Bool = false) -> Instant? {
        var text = text
        return text.withUTF8 { unsafe parse($0, isExtended: isExtended) }
    }

    /// The instant of RFC 3339 text (section 5.6), or of a date for its midnight in UTC; nil when it is neither.
    ///
    /// The zone is required, a space may stand for `T`, years are 1 to 9999, also in UTC. Digits beyond microseconds
    /// are rounded. A leap second is refused: the count of microseconds has no place for it. When `isExtended`, expanded
    /// years of `extendedRange` and the infinities are read too.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>, isExtended: Bool = false) -> Instant? {
        let reader = unsafe DigitReader(bytes)
        guard let days = reader.date() else { return isExtended ? parseExtended(reader) : nil }
        guard let time = timeOfDay(reader, at: 10) else { return nil }
        let instant = Instant(microseconds: Int64(days) * day + time)
        return range.contains(instant) || (isExtended && extendedRange.contains(instant)) ? instant : nil
    }

    private static func parseExtended(_ reader: DigitReader) -> Instant? {
        switch reader.infinity() {
        case .positive: return .infinity
        case .negative: return .negativeInfinity
        case .none: break
        }
        guard let date = reader.expandedDate(), let time = timeOfDay(reader, at: date.end) else { return nil }
        // A zone may bring back what is too far away; only then does it fit 64 bits.
        let microseconds = Int64(exactly: Int128(date.days) * Int128(day) + Int128(time))
        return microseconds.map(Instant.init(microseconds:)).flatMap { extendedRange.contains($0) ? $0 : nil }
    }

    /// Microseconds from midnight of the date before `start` to the time that stands there, which must end the text;
    /// zero when there is none.
    @inline(__always)
    private static func timeOfDay(_ reader: DigitReader, at start: Int) -> Int64? {
        if reader.count == start { return 0 }
        guard reader.count >= start + 10,
            [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(reader[start]),
            reader[start + 3] == UInt8(ascii: ":"), reader[start + 6] == UInt8(ascii: ":"),
            let hour = reader.two(start + 1), let minute = reader.two(start + 4), let second = reader.two(start + 7),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var index = start + 9
        guard let fraction = fraction(reader, &index), let offset = offset(reader, index) else { return nil }
        return (Int64(hour * 3600 + minute * 60 + second) - Int64(offset)) * 1_000_000 + fraction
    }

    /// Microseconds of the fraction at `index`, if there is one; moves behind it.
    private static func fraction(_ reader: DigitReader, _ index: inout Int) -> Int64? {
        guard reader[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var fraction = SecondFraction()
        while index < reader.count, reader[index] &- 0x30 < 10 {
            fraction.add(reader[index] &- 0x30)
            index += 1
        }
        return fraction.count >= 1 && index < reader.count ? fraction.microseconds : nil
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
    package static func format(_ instant: Instant) -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe write(instant, to: base)
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }

    /// Writes the canonical text of any instant; returns its length, at most `maximumBytes`.
    package static func write(_ instant: Instant, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if !range.contains(instant) { return unsafe writeExtended(instant, to: target) }
        let (days, time) = split(instant)
        let date = CivilCalendar.date(days: days)
        unsafe writeTwo(date.year / 100, target)
        unsafe writeTwo(date.year % 100, target + 2)
        unsafe target[4] = UInt8(ascii: "-")
        unsafe writeTwo(date.month, target + 5)
        unsafe target[7] = UInt8(ascii: "-")
        unsafe writeTwo(date.day, target + 8)
        return unsafe 10 + writeTime(time, to: target + 10)
    }

    private static func writeExtended(_ instant: Instant, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if instant == .infinity { return unsafe CalendarDate.write(CalendarDate.infinity, to: target) }
        if instant == .negativeInfinity {
            return unsafe CalendarDate.write(CalendarDate.negativeInfinity, to: target)
        }
        let (days, time) = split(instant)
        let count = unsafe CalendarDate.writeExpanded(days, to: target)
        return unsafe count + writeTime(time, to: target + count)
    }

    /// Days since 1970, and microseconds since their midnight.
    @inline(__always)
    private static func split(_ instant: Instant) -> (days: Int, time: Int64) {
        let (days, time) = instant.microseconds.quotientAndRemainder(dividingBy: day)
        return time < 0 ? (Int(days) - 1, time + day) : (Int(days), time)
    }

    /// Writes `T`, the time of day and `Z`; returns how many bytes, at most 17.
    @inline(__always)
    private static func writeTime(_ time: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let seconds = Int(time / 1_000_000)
        unsafe target[0] = UInt8(ascii: "T")
        unsafe writeTwo(seconds / 3600, target + 1)
        unsafe target[3] = UInt8(ascii: ":")
        unsafe writeTwo(seconds / 60 % 60, target + 4)
        unsafe target[6] = UInt8(ascii: ":")
        unsafe writeTwo(seconds % 60, target + 7)
        var count = 9
        var fraction = Int(time % 1_000_000)
        if fraction > 0 {
            unsafe target[9] = UInt8(ascii: ".")
            for index in stride(from: 15, through: 10, by: -1) {
                unsafe target[index] = UInt8(0x30 + fraction % 10)
                fraction /= 10
            }
            count = 16
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

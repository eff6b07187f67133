/// Dates as days since 1970-01-01, and their text `YYYY-MM-DD`.
///
/// Outside the years 1 to 9999 the year has a sign and at least six digits, and 0 is 1 BC, as in ECMA-262:
/// `-000043-03-15`. Infinite dates are `infinity` and `-infinity`.
package enum CalendarDate {
    /// The dates that PostgreSQL can hold: from 4713 BC to the end of the year 5874897.
    package static let extendedRange = -2_440_588...2_145_042_905

    /// The days of the years 1 to 9999.
    private static let range = -719_162...2_932_896

    /// Before every other date.
    package static let negativeInfinity = Int.min

    /// After every other date.
    package static let infinity = Int.max

    /// Bytes that `write` may use.
    package static let maximumBytes = 16

    /// The day of the text; nil when it is not a date of the years 1 to 9999.
    package static func parse(_ text: String, isExtended: Bool = false) -> Int? {
        var text = text
        return text.withUTF8 { unsafe parse($0, isExtended: isExtended) }
    }

    /// The day of the text; nil when it is not a date of the years 1 to 9999.
    ///
    /// When `isExtended`, expanded years of `extendedRange` and the infinities are read too.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>, isExtended: Bool = false) -> Int? {
        let reader = unsafe DigitReader(bytes)
        if bytes.count == 10, let day = reader.date() { return day }
        guard isExtended else { return nil }
        switch reader.infinity() {
        case .positive: return infinity
        case .negative: return negativeInfinity
        case .none: break
        }
        guard let date = reader.expandedDate(), date.end == reader.count, extendedRange.contains(date.days) else {
            return nil
        }
        return date.days
    }

    /// Canonical text of a day.
    package static func format(_ day: Int) -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe write(day, to: base)
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }

    /// Writes the canonical text of a day; returns its length, at most `maximumBytes`.
    ///
    /// What lies outside `extendedRange` is infinite.
    package static func write(_ day: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard range.contains(day) else {
            if extendedRange.contains(day) { return unsafe writeExpanded(day, to: target) }
            return unsafe copy(day < 0 ? "-infinity" : "infinity", to: target)
        }
        let date = CivilCalendar.date(days: day)
        var count = 0
        unsafe writeDigits(date.year, 4, target, &count)
        unsafe writeMonthAndDay(date.month, date.day, target, &count)
        return count
    }

    /// Writes a date with an expanded year of at most seven digits; returns its length.
    static func writeExpanded(_ day: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let date = CivilCalendar.date(days: day)
        unsafe target[0] = date.year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        var count = 1
        let year = abs(date.year)
        unsafe writeDigits(year, year > 999_999 ? 7 : 6, target, &count)
        unsafe writeMonthAndDay(date.month, date.day, target, &count)
        return count
    }

    private static func writeMonthAndDay(
        _ month: Int, _ day: Int, _ target: UnsafeMutablePointer<UInt8>, _ count: inout Int
    ) {
        unsafe target[count] = UInt8(ascii: "-")
        count += 1
        unsafe writeDigits(month, 2, target, &count)
        unsafe target[count] = UInt8(ascii: "-")
        count += 1
        unsafe writeDigits(day, 2, target, &count)
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

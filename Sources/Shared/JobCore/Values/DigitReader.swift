/// Reads digits at fixed places, and dates.
@safe
struct DigitReader {
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { unsafe self.bytes = bytes }

    var count: Int { unsafe bytes.count }

    @inline(__always)
    subscript(_ index: Int) -> UInt8 { unsafe bytes[index] }

    /// Two digits as a number; nil when one is not a digit.
    ///
    /// Precondition: both are inside.
    @inline(__always)
    func two(_ index: Int) -> Int? {
        let high = self[index] &- 0x30
        let low = self[index + 1] &- 0x30
        return high < 10 && low < 10 ? Int(high) * 10 + Int(low) : nil
    }

    /// A date in the first ten bytes, as days since 1970; nil when it is not one of years 1 to 9999.
    @inline(__always)
    func date() -> Int? {
        guard count >= 10, self[4] == UInt8(ascii: "-"), self[7] == UInt8(ascii: "-"),
            let century = two(0), let years = two(2), let month = two(5), let day = two(8)
        else { return nil }
        let year = century * 100 + years
        guard year >= 1, month >= 1, month <= 12, day >= 1, day <= CivilCalendar.length(year: year, month: month) else {
            return nil
        }
        return CivilCalendar.days(year: year, month: month, day: day)
    }

    /// A date with an expanded year (ECMA-262, section 21.4.1.32.1) at the beginning, as days since 1970, and where it
    /// ends: a sign, six to eight digits with 0 for 1 BC, month and day.
    func expandedDate() -> (days: Int, end: Int)? {
        guard count >= 13, self[0] == UInt8(ascii: "-") || self[0] == UInt8(ascii: "+") else { return nil }
        var end = 1
        var year = 0
        while end < 9, self[end] &- 0x30 < 10 {
            year = year * 10 + Int(self[end] &- 0x30)
            end += 1
        }
        guard end >= 7, count >= end + 6, self[end] == UInt8(ascii: "-"), self[end + 3] == UInt8(ascii: "-"),
            let month = two(end + 1), let day = two(end + 4)
        else { return nil }
        if self[0] == UInt8(ascii: "-") {
            // There is one year 0, and it is positive.
            if year == 0 { return nil }
            year = -year
        }
        guard month >= 1, month <= 12, day >= 1, day <= CivilCalendar.length(year: year, month: month) else {
            return nil
        }
        return (CivilCalendar.days(year: year, month: month, day: day), end + 6)
    }

    /// Whether the text is `infinity` or `-infinity`, in upper or lower case.
    func infinity() -> Infinity {
        guard count == 8 || (count == 9 && self[0] == UInt8(ascii: "-")) else { return .none }
        let word: StaticString = "infinity"
        for index in 0..<8 where unsafe self[count - 8 + index] | 0x20 != word.utf8Start[index] { return .none }
        return count == 8 ? .positive : .negative
    }

    /// What is before or after everything else.
    enum Infinity {
        case none, positive, negative
    }
}

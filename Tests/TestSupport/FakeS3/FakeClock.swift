import Glibc

/// Clock and date notations.
enum FakeClock {
    /// Seconds since 1970.
    static func wall() -> Double { read(CLOCK_REALTIME) }

    /// Seconds of a clock that only goes forward.
    static func monotonic() -> Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var value = timespec()
        unsafe clock_gettime(clock, &value)
        return Double(value.tv_sec) + Double(value.tv_nsec) / 1e9
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// Days since 1970 of a date of the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // The year begins in March, so that the leap day is its last.
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private static func date(_ second: Double) -> (year: Int, month: Int, day: Int, weekday: Int) {
        let total = Int((second / 86_400).rounded(.down))
        var year = 1970 + total / 366
        while days(year + 1, 1, 1) <= total { year += 1 }
        var month = 1
        while month < 12 && days(year, month + 1, 1) <= total { month += 1 }
        return (year, month, total - days(year, month, 1) + 1, (total + 4) % 7)
    }

    private static func time(_ second: Double) -> String {
        let seconds = Int(second.rounded(.down)) % 86_400
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// A date as in `Mon, 23 Nov 2026 18:06:44 GMT`.
    static func httpDate(_ second: Double) -> String {
        let date = date(second)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.weekday]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(day), \(two(date.day)) \(months[date.month - 1]) \(date.year) \(time(second)) GMT"
    }

    /// A date as in `2026-11-23T18:06:44.000Z`.
    static func isoDate(_ second: Double) -> String {
        let date = date(second)
        return "\(date.year)-\(two(date.month))-\(two(date.day))T\(time(second)).000Z"
    }

    /// Seconds since 1970 of `20261123T180644Z`.
    static func parse(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
        else { return nil }
        return Double(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
    }
}

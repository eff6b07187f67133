import JobCore

/// The Gregorian calendar as everybody knows it, counted year by year.
enum CalendarReference {
    static func isLeap(_ year: Int) -> Bool {
        if year % 400 == 0 { return true }
        if year % 100 == 0 { return false }
        return year % 4 == 0
    }

    static func months(of year: Int) -> [Int] {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    /// Days from 1970-01-01 to the first day of the years 1 to 10000, at the index of the year.
    static func firstDays() -> [Int] {
        var days = Array(repeating: 0, count: 10_001)
        for year in 1970..<10_000 { days[year + 1] = days[year] + (isLeap(year) ? 366 : 365) }
        for year in stride(from: 1969, through: 1, by: -1) { days[year] = days[year + 1] - (isLeap(year) ? 366 : 365) }
        return days
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    static func text(_ year: Int, _ month: Int, _ day: Int) -> String {
        padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    /// Canonical text of a day counted from 1970-01-01, by walking through the 400 years of its cycle.
    static func text(day: Int) -> String {
        var year = 1970
        // The calendar repeats itself after 400 years, which are 146,097 days.
        let cycles = Int((Double(day) / 146_097).rounded(.down))
        var rest = day - cycles * 146_097
        while rest >= (isLeap(year) ? 366 : 365) {
            rest -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        for length in months(of: year) {
            if rest < length { break }
            rest -= length
            month += 1
        }
        year += 400 * cycles
        if year >= 1 && year <= 9999 { return text(year, month, rest + 1) }
        return (year < 0 ? "-" : "+") + padded(abs(year), 6) + "-" + padded(month, 2) + "-" + padded(rest + 1, 2)
    }

    /// Canonical text of an instant that is not infinite.
    static func text(instant: Instant) -> String {
        // Counted from a beginning that no instant is before, so that nothing is negative.
        let origin = 110_000_000
        let shifted = Int128(instant.microseconds) + Int128(origin) * 86_400_000_000
        let day = Int(shifted / 86_400_000_000) - origin
        let time = Int(shifted % 86_400_000_000 / 1_000_000)
        let micros = Int(shifted % 1_000_000)
        let clock = [time / 3600, time / 60 % 60, time % 60].map { padded($0, 2) }.joined(separator: ":")
        var fraction = micros == 0 ? "" : "." + padded(micros, 6)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return text(day: day) + "T" + clock + fraction + "Z"
    }
}

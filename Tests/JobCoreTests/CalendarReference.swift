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
}

/// A date that is written like one and that no calendar has: the 30th of February.
package struct ImpossibleDate: Sendable, Equatable, CustomStringConvertible {
    // Small, so that a fault fits a register.
    private let year: Int16
    private let month: UInt8
    private let day: UInt8

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `nil` when there is such a day in the years 1 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        let isThere =
            (1...9999).contains(year) && (1...12).contains(month) && day >= 1
            && day <= CivilCalendar.length(year: year, month: month)
        if isThere { return nil }
        self.year = Int16(clamping: year)
        self.month = UInt8(clamping: month)
        self.day = UInt8(clamping: day)
    }

    /// What is wrong with it.
    package var description: String {
        if !(1...12).contains(month) { return "there is no month \(month)" }
        let name = Self.months[Int(month) - 1]
        if !(1...31).contains(day) { return "there is no day \(day) in \(name)" }
        return year < 1 ? "there is no year \(year)" : "there is no day \(day) in \(name) \(year)"
    }
}

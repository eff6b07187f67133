/// A moment as SigV4 writes it: `20150830T123600Z`.
package struct SigningDate: Sendable, Equatable {
    /// `YYYYMMDD'T'HHMMSS'Z'`, UTC.
    package let text: String

    /// The day, `YYYYMMDD`.
    package var day: Substring { text.prefix(8) }

    /// The moment that many seconds after 1970-01-01 UTC.
    package init(secondsSince1970 seconds: Int64) {
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // Days to a civil date: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        text = "\(year)\(two(month))\(two(day))T\(two(time / 3600))\(two(time / 60 % 60))\(two(time % 60))Z"
    }
}

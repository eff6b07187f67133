package import JobCore

/// A moment as SigV4 writes it: `20150830T123600Z`.
package struct SigningDate: Sendable, Equatable {
    /// `YYYYMMDD'T'HHMMSS'Z'`, UTC.
    package let text: String

    /// The day, `YYYYMMDD`.
    package var day: Substring { text.prefix(8) }

    /// The second that the moment is in.
    package init(_ instant: Instant) {
        let seconds = Int(instant.seconds)
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = CivilCalendar.date(days: days)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        text =
            "\(date.year)\(two(date.month))\(two(date.day))"
            + "T\(two(time / 3600))\(two(time / 60 % 60))\(two(time % 60))Z"
    }
}

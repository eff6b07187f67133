/// The rule of a time zone for all years to come, as in the environment variable TZ of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// POSIX.1-2017, Base Definitions, section 8.3, with the extensions of RFC 8536, section 3.3.1.
struct ZoneRule: Sendable {
    private enum Day {
        /// 1 to 365, without the 29th of February.
        case julian(Int)
        /// 0 to 365.
        case ordinal(Int)
        /// Month, week (5 is the last one), weekday from Sunday.
        case week(Int, Int, Int)
    }

    private struct Change {
        let day: Day
        /// Seconds from midnight, local time before the change.
        let time: Int
    }

    /// Seconds east of UTC.
    private let standard: Int
    private let summer: Int
    private let changes: (begin: Change, end: Change)?

    /// Reads a rule; nil when it is none.
    init?(_ text: String) {
        var scanner = RuleScanner(text)
        guard scanner.name(), let offset = scanner.time() else { return nil }
        standard = -offset
        if scanner.isAtEnd {
            summer = standard
            changes = nil
            return
        }
        guard scanner.name() else { return nil }
        if scanner.next == UInt8(ascii: ",") {
            summer = standard + 3600
        } else {
            guard let offset = scanner.time() else { return nil }
            summer = -offset
        }
        guard let begin = Self.change(&scanner), let end = Self.change(&scanner), scanner.isAtEnd else { return nil }
        changes = (begin, end)
    }

    private static func change(_ scanner: inout RuleScanner) -> Change? {
        guard scanner.take(","), let day = day(&scanner) else { return nil }
        guard scanner.take("/") else { return Change(day: day, time: 7200) }
        return scanner.time().map { Change(day: day, time: $0) }
    }

    private static func day(_ scanner: inout RuleScanner) -> Day? {
        if scanner.take("J") { return scanner.number(1...365).map { .julian($0) } }
        guard scanner.take("M") else { return scanner.number(0...365).map { .ordinal($0) } }
        guard let month = scanner.number(1...12), scanner.take("."), let week = scanner.number(1...5),
            scanner.take("."), let weekday = scanner.number(0...6)
        else { return nil }
        return .week(month, week, weekday)
    }

    /// Seconds east of UTC at an instant.
    func offset(at instant: Instant) -> Int {
        guard let changes else { return standard }
        let local = instant.seconds + Int64(standard)
        let days = Int(local / 86_400) - (local % 86_400 < 0 ? 1 : 0)
        let year = CivilCalendar.date(days: days).year
        let begin = Instant(seconds: Self.localSeconds(changes.begin, year) - Int64(standard))
        let end = Instant(seconds: Self.localSeconds(changes.end, year) - Int64(summer))
        let isSummer = begin < end ? instant >= begin && instant < end : instant < end || instant >= begin
        return isSummer ? summer : standard
    }

    /// The local time of a change, by the clock before it: seconds from 1970 on.
    private static func localSeconds(_ change: Change, _ year: Int) -> Int64 {
        let newYear = CivilCalendar.days(year: year, month: 1, day: 1)
        let days: Int
        switch change.day {
        case .ordinal(let number): days = newYear + number
        case .julian(let number):
            let isLeap = CivilCalendar.length(year: year, month: 2) == 29
            days = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .week(let month, let week, let weekday):
            let first = CivilCalendar.days(year: year, month: month, day: 1)
            // 1970 began on a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if day >= CivilCalendar.length(year: year, month: month) { day -= 7 }
            days = first + day
        }
        return Int64(days) * 86_400 + Int64(change.time)
    }
}

/// Reads the parts of a rule.
private struct RuleScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }

    mutating func take(_ character: Character) -> Bool {
        guard let first = rest.first, first == character.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// At least three letters, or any characters in angle brackets.
    mutating func name() -> Bool {
        if take("<") {
            let inner = rest.prefix { $0 != UInt8(ascii: ">") }
            rest = rest.dropFirst(inner.count)
            return !inner.isEmpty && take(">")
        }
        let letters = rest.prefix { ($0 | 0x20) &- 0x61 < 26 }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        return range.contains(value) ? value : nil
    }

    /// Seconds of `[+-]h[:m[:s]]`.
    mutating func time() -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number(0...167).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where take(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }
}

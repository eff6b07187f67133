internal import JobCore

/// A layout of dates and times, such as `dd.MM.yyyy HH:mm`.
///
/// The letters are those of Unicode Technical Standard 35, Date Field Symbols
/// (https://unicode.org/reports/tr35/tr35-dates.html#Date_Field_Symbol_Table): `yyyy` `yy` `M` `MM` `MMM` `MMMM` `d` `dd`
/// `EEE` `H` `HH` `h` `hh` `mm` `ss` `S` `a` and, for a zone, `X` or `Z`. One letter takes one or two digits, two letters
/// take two. Text stands for itself; letters of it in single quotes. Names of months and days are English.
struct DatePattern: Sendable, Equatable {
    /// What a text says: a day, a time of it, and a zone when the layout has one.
    struct Reading: Equatable {
        /// Days since 1970.
        var days = 0
        /// Microseconds from midnight.
        var time: Int64 = 0
        /// Seconds east of UTC.
        var offset: Int?
    }

    /// What came of trying to read a text.
    enum Attempt {
        case reading(Reading)
        /// It has this layout, and there is no such day.
        case impossible(ImpossibleDate)
        case other
    }

    private enum Piece: Equatable {
        case year, shortYear, monthName, dayName, fraction, halfDay, zone
        case month(Int), day(Int), hour(Int), hour12(Int), minute(Int), second(Int)
        case literal([UInt8])
        /// White space of any kind, one character.
        case space
    }

    let text: String
    private let pieces: [Piece]
    /// Whether it names hours, so that it is more than a date.
    let hasTime: Bool
    let hasZone: Bool

    /// What is wrong with a pattern.
    struct Fault: Error {
        let problem: String
    }

    /// Reads a pattern.
    ///
    /// Throws what is wrong with it.
    init(_ text: String) throws(Fault) {
        var pieces: [Piece] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if first == UInt8(ascii: "'") {
                pieces.append(.literal(try Self.quoted(&rest)))
            } else if let length = Self.spaces.first(where: { rest.starts(with: $0) })?.count {
                pieces.append(.space)
                rest = rest.dropFirst(length)
            } else if Self.isLetter(first) {
                let run = rest.prefix { $0 == first }
                rest = rest.dropFirst(run.count)
                pieces.append(try Self.piece(first, run.count))
            } else {
                pieces.append(.literal([first]))
                rest = rest.dropFirst()
            }
        }
        self.text = text
        self.pieces = pieces
        let hasHour = pieces.contains { if case .hour = $0 { true } else { false } }
        let hasHour12 = pieces.contains { if case .hour12 = $0 { true } else { false } }
        hasTime = hasHour || hasHour12
        hasZone = pieces.contains(.zone)
        try Self.check(pieces, hasHour12: hasHour12, hasTime: hasTime)
    }

    /// A space, and those that do not break a line.
    fileprivate static let spaces = [" ", "\u{A0}", "\u{202F}", "\u{2009}"].map { Array($0.utf8) }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> [UInt8] {
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "'") {
            rest = rest.dropFirst()
            return [UInt8(ascii: "'")]
        }
        let inner = rest.prefix { $0 != UInt8(ascii: "'") }
        guard inner.endIndex < rest.endIndex else { throw Fault(problem: "a quote is not closed") }
        rest = rest.dropFirst(inner.count + 1)
        return Array(inner)
    }

    private static func piece(_ letter: UInt8, _ count: Int) throws(Fault) -> Piece {
        switch (Character(UnicodeScalar(letter)), count) {
        case ("y", 4), ("u", 4): return .year
        case ("y", 2): return .shortYear
        case ("M", 1...2): return .month(count)
        case ("M", 3...4): return .monthName
        case ("d", 1...2): return .day(count)
        case ("E", 1...4): return .dayName
        case ("H", 1...2): return .hour(count)
        case ("h", 1...2): return .hour12(count)
        case ("m", 1...2): return .minute(count)
        case ("s", 1...2): return .second(count)
        case ("S", 1...9): return .fraction
        case ("a", 1): return .halfDay
        case ("X", 1...3), ("x", 1...3), ("Z", 1...3), ("z", 1...3): return .zone
        default:
            let run = String(repeating: Character(UnicodeScalar(letter)), count: count)
            throw Fault(problem: "'\(run)' has no meaning; text stands in single quotes")
        }
    }

    private static func check(_ pieces: [Piece], hasHour12: Bool, hasTime: Bool) throws(Fault) {
        func has(_ wanted: (Piece) -> Bool) -> Bool { pieces.contains(where: wanted) }
        guard has({ $0 == .year || $0 == .shortYear }) else { throw Fault(problem: "there is no year (yyyy)") }
        guard has({ $0 == .monthName || $0 == .month(1) || $0 == .month(2) }) else {
            throw Fault(problem: "there is no month (MM); mm are minutes")
        }
        guard has({ $0 == .day(1) || $0 == .day(2) }) else { throw Fault(problem: "there is no day (dd)") }
        if hasHour12 != pieces.contains(.halfDay) { throw Fault(problem: "hh and a (AM, PM) go together") }
        let minutes = has { $0 == .minute(1) || $0 == .minute(2) }
        if minutes && !hasTime { throw Fault(problem: "mm are minutes, without hours; months are MM") }
        if has({ $0 == .second(1) || $0 == .second(2) }) && !minutes { throw Fault(problem: "ss without mm") }
    }

    /// What the text says; nil when it is not in this layout or there is no such day or time.
    func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Reading? {
        guard case .reading(let reading) = unsafe attempt(bytes) else { return nil }
        return reading
    }

    /// Reads a text, and tells a day that no calendar has.
    func attempt(_ bytes: UnsafeBufferPointer<UInt8>) -> Attempt {
        var cursor = unsafe PatternCursor(bytes)
        var (year, month, day, hour, minute, second) = (0, 0, 0, 0, 0, 0)
        var fraction: Int64 = 0
        var isAfternoon: Bool?
        var reading = Reading()
        for piece in pieces {
            let isThere: Bool
            switch piece {
            case .year: isThere = cursor.number(4...4, into: &year)
            case .shortYear:
                isThere = cursor.number(2...2, into: &year)
                // As POSIX `strptime` has it: 69 is 1969, 68 is 2068.
                year += year < 69 ? 2000 : 1900
            case .month(let digits): isThere = cursor.number(digits...2, into: &month)
            case .monthName: isThere = cursor.name(Self.months, into: &month)
            case .day(let digits): isThere = cursor.number(digits...2, into: &day)
            case .dayName:
                var weekday = 0
                isThere = cursor.name(Self.weekdays, into: &weekday)
            case .hour(let digits): isThere = cursor.number(digits...2, into: &hour)
            case .hour12(let digits):
                isThere = cursor.number(digits...2, into: &hour) && (1...12).contains(hour)
                hour %= 12
            case .minute(let digits): isThere = cursor.number(digits...2, into: &minute)
            case .second(let digits): isThere = cursor.number(digits...2, into: &second)
            case .fraction: isThere = cursor.fraction(into: &fraction)
            case .halfDay: isThere = cursor.halfDay(into: &isAfternoon)
            case .zone: isThere = cursor.zone(into: &reading.offset)
            case .literal(let text): isThere = cursor.literal(text)
            case .space: isThere = cursor.space(Self.spaces)
            }
            if !isThere { return .other }
        }
        guard cursor.isAtEnd, (1...12).contains(month), hour < 24, minute < 60, second < 60 else { return .other }
        if let date = ImpossibleDate(year: year, month: month, day: day) { return .impossible(date) }
        if isAfternoon == true { hour += 12 }
        reading.days = CivilCalendar.days(year: year, month: month, day: day)
        reading.time = Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
        return .reading(reading)
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ].map { Array($0.utf8) }

    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map {
        Array($0.utf8)
    }
}

/// Reads the parts of a date from the left.
@safe private struct PatternCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { unsafe self.bytes = bytes }

    var isAtEnd: Bool { unsafe index == bytes.count }

    private var next: UInt8? { unsafe index < bytes.count ? bytes[index] : nil }

    mutating func number(_ digits: ClosedRange<Int>, into value: inout Int) -> Bool {
        var count = 0
        value = 0
        while count < digits.upperBound, let byte = next, byte &- 0x30 < 10 {
            value = value * 10 + Int(byte &- 0x30)
            index += 1
            count += 1
        }
        return count >= digits.lowerBound
    }

    /// Digits of a fraction of a second, rounded to microseconds.
    mutating func fraction(into value: inout Int64) -> Bool {
        var fraction = SecondFraction()
        while let byte = next, byte &- 0x30 < 10 {
            fraction.add(byte &- 0x30)
            index += 1
        }
        value = fraction.microseconds
        return fraction.count > 0
    }

    mutating func space(_ spaces: [[UInt8]]) -> Bool {
        guard let space = spaces.first(where: { matches($0) }) else { return false }
        index += space.count
        return true
    }

    private func matches(_ text: [UInt8]) -> Bool {
        guard unsafe text.count <= bytes.count - index else { return false }
        for place in text.indices where unsafe bytes[index + place] != text[place] { return false }
        return true
    }

    mutating func literal(_ text: [UInt8]) -> Bool {
        guard matches(text) else { return false }
        index += text.count
        return true
    }

    /// A name or its first three letters, in any case; its number from 1 on.
    mutating func name(_ names: [[UInt8]], into value: inout Int) -> Bool {
        for (number, name) in names.enumerated() {
            for count in [name.count, 3] where matches(name.prefix(count)) {
                index += count
                value = number + 1
                return true
            }
        }
        return false
    }

    private func matches(_ word: ArraySlice<UInt8>) -> Bool {
        guard unsafe index + word.count <= bytes.count else { return false }
        return zip(word.indices, index...).allSatisfy { unsafe bytes[$1] | 0x20 == word[$0] }
    }

    /// `AM` or `PM`, also `a.m.`, in any case.
    mutating func halfDay(into isAfternoon: inout Bool?) -> Bool {
        guard let first = next, first | 0x20 == UInt8(ascii: "a") || first | 0x20 == UInt8(ascii: "p") else {
            return false
        }
        isAfternoon = first | 0x20 == UInt8(ascii: "p")
        index += 1
        let isDotted = literal([UInt8(ascii: ".")])
        guard let second = next, second | 0x20 == UInt8(ascii: "m") else { return false }
        index += 1
        return !isDotted || literal([UInt8(ascii: ".")])
    }

    /// `Z`, `+02`, `+0200`, `+02:00`, `UTC` or `GMT`.
    mutating func zone(into offset: inout Int?) -> Bool {
        for word in ["UTC", "GMT"] where literal(Array(word.utf8)) {
            offset = 0
            return true
        }
        guard let mark = next else { return false }
        index += 1
        if mark == UInt8(ascii: "Z") || mark == UInt8(ascii: "z") {
            offset = 0
            return true
        }
        guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") else { return false }
        var (hours, minutes) = (0, 0)
        guard number(2...2, into: &hours) else { return false }
        let hasColon = literal([UInt8(ascii: ":")])
        if hasColon || next.map({ $0 &- 0x30 < 10 }) == true {
            guard number(2...2, into: &minutes) else { return false }
        }
        guard hours < 24, minutes < 60 else { return false }
        let seconds = hours * 3600 + minutes * 60
        offset = mark == UInt8(ascii: "+") ? seconds : -seconds
        return true
    }
}

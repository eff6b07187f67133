/// Times as they are written without any format being told: RFC 3339 and its unambiguous kin.
///
/// `2026-04-01T12:00:00Z`, with a space or a small letter for `T`, without seconds, with any fraction, and a zone as `Z`,
/// `+02`, `+0200`, `+02:00`, `UTC` or `GMT`, also behind a space: what PostgreSQL, BigQuery and most languages print.
package enum TimeText {
    /// What a text says.
    package enum Reading: Sendable, Equatable {
        /// A moment, by the zone that it names.
        case instant(Instant)
        /// A day and a time of it, without a zone.
        case local(LocalTime)
        /// It is written well, and there is no such day.
        case impossible(ImpossibleDate)
        /// No time in this form.
        case unreadable
    }

    /// A time that some clock shows.
    package struct LocalTime: Sendable, Equatable {
        /// Seconds from 1970 on that clock.
        package let seconds: Int64
        /// Behind them.
        package let microseconds: Int64
        /// There is a day only.
        package let isDate: Bool

        /// The instant when the clock is that of a zone, else UTC; nil outside the years 1 to 9999.
        package func instant(_ zone: ZoneRules?) -> Instant? {
            let start = zone?.instant(localSeconds: seconds) ?? Instant(seconds: seconds)
            let instant = start.adding(microseconds: microseconds)
            return Timestamp.range.contains(instant) ? instant : nil
        }
    }

    /// Reads a whole text.
    package static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Reading {
        let reader = unsafe DigitReader(bytes)
        guard reader.count >= 10, reader[4] == UInt8(ascii: "-"), reader[7] == UInt8(ascii: "-"),
            let century = reader.two(0), let years = reader.two(2), let month = reader.two(5), let day = reader.two(8)
        else { return .unreadable }
        var scanner = TimeScanner(reader, from: 10)
        guard let time = scanner.time() else { return .unreadable }
        let year = century * 100 + years
        if let impossible = ImpossibleDate(year: year, month: month, day: day) { return .impossible(impossible) }
        let seconds = Int64(CivilCalendar.days(year: year, month: month, day: day)) * 86_400 + Int64(time.seconds)
        guard let offset = time.offset else {
            return .local(
                LocalTime(seconds: seconds, microseconds: time.microseconds, isDate: reader.count == 10))
        }
        let instant = Instant(seconds: seconds - Int64(offset)).adding(microseconds: time.microseconds)
        return Timestamp.range.contains(instant) ? .instant(instant) : .unreadable
    }
}

/// Reads the time of day and the zone behind a date.
private struct TimeScanner {
    struct Time {
        var seconds = 0
        var microseconds: Int64 = 0
        /// Seconds east of UTC; nil when no zone is named.
        var offset: Int?
    }

    private let reader: DigitReader
    private var index: Int

    init(_ reader: DigitReader, from index: Int) {
        self.reader = reader
        self.index = index
    }

    private var next: UInt8? { index < reader.count ? reader[index] : nil }

    /// The rest of the text; nil when it is something else.
    mutating func time() -> Time? {
        var time = Time()
        guard let mark = next else { return time }
        guard mark | 0x20 == UInt8(ascii: "t") || mark == UInt8(ascii: " ") else { return nil }
        index += 1
        guard let hour = two(), hour < 24, take(":"), let minute = two(), minute < 60 else { return nil }
        time.seconds = hour * 3600 + minute * 60
        if take(":") {
            // A leap second has no place in a count of microseconds.
            guard let second = two(), second < 60 else { return nil }
            time.seconds += second
            if next == UInt8(ascii: ".") || next == UInt8(ascii: ",") {
                index += 1
                var fraction = SecondFraction()
                while let digit = digit() { fraction.add(digit) }
                if fraction.count == 0 { return nil }
                time.microseconds = fraction.microseconds
            }
        }
        if index == reader.count { return time }
        _ = take(" ")
        guard let offset = zone(), index == reader.count else { return nil }
        time.offset = offset
        return time
    }

    private mutating func zone() -> Int? {
        if word("UTC") || word("GMT") || word("Z") { return 0 }
        guard let mark = next, mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") else { return nil }
        index += 1
        guard let hours = two(), hours < 24 else { return nil }
        var seconds = hours * 3600
        var hasMore = index < reader.count
        // Old local times have seconds in their offset.
        for unit in [60, 1] where hasMore {
            let hasColon = take(":")
            if !hasColon && (unit == 1 || next.map { $0 &- 0x30 > 9 } ?? true) { break }
            guard let part = two(), part < 60 else { return nil }
            seconds += part * unit
            hasMore = index < reader.count && hasColon
        }
        // As Go prints it: +0000 UTC.
        if seconds == 0, take(" "), !word("UTC") && !word("GMT") { return nil }
        return mark == UInt8(ascii: "-") ? -seconds : seconds
    }

    private mutating func digit() -> UInt8? {
        guard let byte = next, byte &- 0x30 < 10 else { return nil }
        index += 1
        return byte &- 0x30
    }

    private mutating func two() -> Int? {
        guard index + 1 < reader.count, let number = reader.two(index) else { return nil }
        index += 2
        return number
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        guard reader.count - index == word.utf8CodeUnitCount else { return false }
        for place in 0..<word.utf8CodeUnitCount
        where unsafe reader[index + place] & 0xDF != word.utf8Start[place] { return false }
        index = reader.count
        return true
    }
}

import JobCore
import TestSupport
import Testing

@Suite("Timestamps")
struct TimestampTests {
    private static let day: Int64 = 86_400_000_000

    @Test("First and last day of every month of the years 1 to 9999 are where counting the days puts them")
    func wholeRange() {
        let firstDays = CalendarReference.firstDays()
        var wrong: [String] = []
        for year in 1...9999 {
            var days = firstDays[year]
            for (index, length) in CalendarReference.months(of: year).enumerated() {
                for (day, dayOfMonth) in [(days, 1), (days + length - 1, length)] {
                    let text = CalendarReference.text(year, index + 1, dayOfMonth)
                    let instant = Instant(microseconds: Int64(day) * Self.day)
                    if Timestamp.parse(text) != instant { wrong.append("parse \(text)") }
                    if Timestamp.format(instant) != text + "T00:00:00Z" { wrong.append("format \(text)") }
                    if CalendarDate.parse(text) != day || CalendarDate.format(day) != text {
                        wrong.append("date \(text)")
                    }
                }
                days += length
            }
        }
        #expect(wrong.prefix(5) == [])
    }

    @Test(
        "Every month ends where it ends: the day after its last is no date",
        arguments: [1, 4, 1900, 2000, 2023, 2024, 2100])
    func lengths(year: Int) {
        for (index, length) in CalendarReference.months(of: year).enumerated() {
            #expect(CalendarDate.parse(CalendarReference.text(year, index + 1, length)) != nil)
            #expect(CalendarDate.parse(CalendarReference.text(year, index + 1, length + 1)) == nil)
            #expect(Timestamp.parse(CalendarReference.text(year, index + 1, length + 1) + "T00:00:00Z") == nil)
        }
    }

    @Test("Any instant comes back as it was, and its text is canonical")
    func roundTrip() throws {
        var random = SeededRandom(seed: 11)
        let first = try #require(Timestamp.parse("0001-01-01T00:00:00Z"))
        let last = try #require(Timestamp.parse("9999-12-31T23:59:59.999999Z"))
        for _ in 0..<20_000 {
            let number = Int64.random(in: first.microseconds...last.microseconds, using: &random)
            // Some with short fractions.
            let unit: Int64 = [1, 10, 1000, 100_000, 1_000_000].randomElement(using: &random) ?? 1
            let instant = Instant(microseconds: number / unit * unit)
            let text = Timestamp.format(instant)
            #expect(Timestamp.parse(text) == instant)
            #expect(text.hasSuffix("Z") && !text.hasSuffix(".Z"))
            #expect(!(text.contains(".") && text.hasSuffix("0Z")))
        }
    }

    @Test("Writing gives the same bytes as formatting and tells their count, at most 32")
    func write() {
        var bytes = [UInt8](repeating: 0x78, count: Timestamp.maximumBytes)
        for number: Int64 in [0, -1, 1, 1_775_044_800_250_000, -62_135_596_800_000_000, 253_402_300_799_999_999] {
            let instant = Instant(microseconds: number)
            let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer -> Int in
                guard let base = buffer.baseAddress else { return -1 }
                return unsafe Timestamp.write(instant, to: base)
            }
            #expect(String(decoding: bytes[..<count], as: UTF8.self) == Timestamp.format(instant))
            #expect(count <= Timestamp.maximumBytes)
        }
    }

    @Test(
        "Text in, canonical text out",
        arguments: [
            ("2026-04-01T12:00:00Z", "2026-04-01T12:00:00Z"), ("2026-04-01t12:00:00z", "2026-04-01T12:00:00Z"),
            ("2026-04-01 12:00:00Z", "2026-04-01T12:00:00Z"), ("2026-04-01", "2026-04-01T00:00:00Z"),
            ("2026-04-01T12:00:00.250Z", "2026-04-01T12:00:00.25Z"),
            ("2026-04-01T12:00:00.000000Z", "2026-04-01T12:00:00Z"),
            ("2026-04-01T12:00:00.1234567Z", "2026-04-01T12:00:00.123457Z"),
            ("2026-04-01T12:00:00.999999999999999999Z", "2026-04-01T12:00:01Z"),
            ("2026-04-01T12:00:00.000001+00:00", "2026-04-01T12:00:00.000001Z"),
            ("2026-04-01T12:00:00+02:00", "2026-04-01T10:00:00Z"),
            ("2026-04-01T12:00:00-00:00", "2026-04-01T12:00:00Z"),
            ("2026-04-01T00:30:00+05:45", "2026-03-31T18:45:00Z"),
            ("2026-12-31T23:59:59-23:59", "2027-01-01T23:58:59Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
            ("1600-02-29T00:00:00.01Z", "1600-02-29T00:00:00.01Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(Timestamp.format(try #require(Timestamp.parse(text))) == expected)
    }

    @Test(
        "What is no RFC 3339 timestamp is none",
        arguments: [
            "", " ", "2026", "2026-04", "2026-04-1", "2026-4-01", "20260401", "2026/04/01", "2026-04-01T",
            "2026-04-01 ",
            "2026-04-01T12:00:00", "2026-04-01T12:00Z", "2026-04-01T12Z", "2026-04-01X12:00:00Z",
            "2026-04-01T12-00-00Z",
            "2026-04-01T12:00:00.Z", "2026-04-01T12:00:00,5Z", "2026-04-01T12:00:00.5", "2026-04-01T12:00:00.5x",
            "2026-04-01T12:00:00.0000000000000000000", "2026-04-01T12:00:00ZZ", "2026-04-01T12:00:00Z ",
            " 2026-04-01T12:00:00Z", "2026-04-01T12:00:00+0200", "2026-04-01T12:00:00+02", "2026-04-01T12:00:00+2:00",
            "2026-04-01T12:00:00+24:00", "2026-04-01T12:00:00+02:60", "2026-04-01T12:00:00+02:00x",
            "2026-04-01T12:00:00*02:00", "2026-04-01T24:00:00Z", "2026-04-01T12:60:00Z", "2026-04-01T23:59:60Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-00T00:00:00Z", "2026-04-31T00:00:00Z",
            "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
            "+2026-04-01T00:00:00Z", "-026-04-01T00:00:00Z", "2026-04-01T1a:00:00Z", "2026-04-01T12:00:0:Z",
            "２０２６-04-01", "1775044800", "yesterday", "2026-04-01T12:00:00 Z",
        ])
    func malformed(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test("A zone cannot carry an instant out of the years 1 to 9999")
    func zoneAtTheEdges() {
        #expect(Timestamp.parse("0001-01-01T00:00:00+00:01") == nil)
        #expect(Timestamp.parse("9999-12-31T23:59:59-00:01") == nil)
        #expect(Timestamp.parse("0001-01-01T00:01:00+00:01").map(Timestamp.format) == "0001-01-01T00:00:00Z")
        #expect(Timestamp.parse("9999-12-31T23:58:59-00:01").map(Timestamp.format) == "9999-12-31T23:59:59Z")
    }

    @Test("One wrong byte anywhere never crashes and never gives another instant silently")
    func mutations() throws {
        let text = Array("2026-04-01T12:34:56.789012+02:30".utf8)
        let original = try #require(Timestamp.parse(String(decoding: text, as: UTF8.self)))
        for index in text.indices {
            for byte: UInt8 in [0x00, 0x20, 0x2F, 0x3A, 0x41, 0x5A, 0x7F] where byte != text[index] {
                var changed = text
                changed[index] = byte
                let parsed = Timestamp.parse(String(decoding: changed, as: UTF8.self))
                // Only the separator may be a space.
                #expect(parsed == nil || (index == 10 && byte == 0x20 && parsed == original))
            }
            #expect(
                Timestamp.parse(String(decoding: text[..<index], as: UTF8.self))
                    == (index == 10 ? Instant(microseconds: 1_775_001_600_000_000) : nil))
        }
    }
}

@Suite("Dates and spans")
struct CalendarDateTests {
    @Test(
        "A date is ten bytes and nothing else",
        arguments: ["2026-04-01Z", "2026-04-01T00:00:00Z", "2026-4-1", "", "0000-12-31"])
    func notDates(text: String) {
        #expect(CalendarDate.parse(text) == nil)
    }

    @Test("Days around 1970 count from zero")
    func epoch() {
        #expect(CalendarDate.parse("1970-01-01") == 0)
        #expect(CalendarDate.parse("1969-12-31") == -1)
        #expect(CalendarDate.format(-1) == "1969-12-31")
        #expect(CalendarDate.format(19_782) == "2024-02-29")
    }

    @Test(
        "Spans are a count and a unit",
        arguments: [
            ("1s", 1), ("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("2w", 1_209_600),
            ("007d", 604_800),
            ("31622400000s", 31_622_400_000), ("366000d", 31_622_400_000),
        ])
    func spans(text: String, seconds: Int64) {
        #expect(RelativeSpan.parse(text) == .seconds(seconds))
    }

    @Test(
        "What is no span is none",
        arguments: [
            "", "d", "30", "0d", "-1d", "+1d", "1.5d", "1y", "30D", " 1d", "1d ", "1 d", "1dd", "٣d", "366001d",
            "31622400001s", "99999999999w", "999999999999999999999999s",
        ])
    func notSpans(text: String) {
        #expect(RelativeSpan.parse(text) == nil)
    }

    @Test(
        "Instants and dates outside the years 1 to 9999 have expanded years, and are read only when that is asked for",
        arguments: [
            ("-000043-03-15T00:00:00Z", -63517824000000000), ("+010000-01-01T00:00:00Z", 253_402_300_800_000_000),
            ("+000000-12-31T23:59:59.999999Z", -62_135_596_800_000_001), ("infinity", .max), ("-infinity", .min),
            ("-004713-11-24T00:00:00Z", -210_866_803_200_000_000),
        ] as [(String, Int64)])
    func extended(text: String, number: Int64) {
        let instant = Instant(microseconds: number)
        #expect(Timestamp.format(instant) == text)
        #expect(Timestamp.parse(text, isExtended: true) == instant)
        #expect(Timestamp.parse(text) == nil)
        if number != .max && number != .min, text.hasSuffix("T00:00:00Z") {
            let day = String(text.dropLast(10))
            #expect(CalendarDate.parse(day, isExtended: true) == Int(number / 86_400_000_000))
            #expect(CalendarDate.format(Int(number / 86_400_000_000)) == day)
            #expect(CalendarDate.parse(day) == nil)
        }
    }

    @Test("Every instant that can be stored is read back from its text, wherever it lies")
    func everywhere() {
        var random = SeededRandom(seed: 23)
        for _ in 0..<20_000 {
            let number = Int64.random(in: -210_866_803_200_000_000...(.max - 1), using: &random)
            let instant = Instant(microseconds: number)
            #expect(Timestamp.parse(Timestamp.format(instant), isExtended: true) == instant)
            let day = Int.random(in: CalendarDate.extendedRange, using: &random)
            #expect(CalendarDate.parse(CalendarDate.format(day), isExtended: true) == day)
        }
        #expect(CalendarDate.format(CalendarDate.extendedRange.upperBound) == "+5874897-12-31")
        for number in [Int64.min + 1, Int64.max - 1] {
            #expect(Timestamp.format(Instant(microseconds: number)).utf8.count <= Timestamp.maximumBytes)
        }
    }
}

import JobCore
import TestSupport
import Testing

@Suite("Instants and dates outside the years 1 to 9999, infinities, special numbers")
struct SpecialValueTests {
    @Test("Any instant is written as the slow calendar writes it, and comes back as it was")
    func instants() throws {
        var random = SeededRandom(seed: 21)
        let lowest = Timestamp.extendedRange.lowerBound.microseconds
        let highest = Timestamp.extendedRange.upperBound.microseconds
        let edges = [
            lowest, highest, Timestamp.range.lowerBound.microseconds - 1, Timestamp.range.upperBound.microseconds + 1,
            0, -1,
        ]
        let units: [Int64] = [1, 10, 1000, 1_000_000, 86_400_000_000]
        for round in 0..<20_000 {
            let unit = try #require(units.randomElement(using: &random))
            let instant = Instant(
                microseconds: round < edges.count
                    ? edges[round] : Int64.random(in: lowest...highest, using: &random) / unit * unit)
            let text = Timestamp.format(instant)
            #expect(text == CalendarReference.text(instant: instant))
            #expect(Timestamp.parse(text, isExtended: true) == instant)
            #expect(Timestamp.parse(text) == (Timestamp.range.contains(instant) ? instant : nil))
        }
    }

    @Test("Not one of all 64-bit numbers is too long or too far away to be written")
    func everyNumber() {
        var random = SeededRandom(seed: 22)
        for number in [Int64.min, .min + 1, .max, .max - 1]
            + (0..<20_000).map({ _ in Int64(bitPattern: random.next()) })
        {
            let instant = Instant(microseconds: number)
            var bytes = [UInt8](repeating: 0x78, count: 2 * Timestamp.maximumBytes)
            let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer -> Int in
                guard let base = buffer.baseAddress else { return -1 }
                return unsafe Timestamp.write(instant, to: base)
            }
            #expect(count <= Timestamp.maximumBytes)
            #expect(bytes[Timestamp.maximumBytes...].allSatisfy { $0 == 0x78 })
            if number != .min && number != .max {
                #expect(String(decoding: bytes[..<count], as: UTF8.self) == CalendarReference.text(instant: instant))
            }
        }
    }

    @Test("Any day is written as the slow calendar writes it, and comes back as it was")
    func days() {
        var random = SeededRandom(seed: 23)
        let range = CalendarDate.extendedRange
        let edges = [range.lowerBound, range.upperBound, -719_163, -719_162, 2_932_896, 2_932_897, 0]
        for round in 0..<20_000 {
            let day = round < edges.count ? edges[round] : Int.random(in: range, using: &random)
            let text = CalendarDate.format(day)
            #expect(text == CalendarReference.text(day: day))
            #expect(text.utf8.count <= CalendarDate.maximumBytes)
            #expect(CalendarDate.parse(text, isExtended: true) == day)
            #expect(CalendarDate.parse(text) == (text.utf8.count == 10 ? day : nil))
        }
        for day in [range.upperBound + 1, 1 << 62, .max] { #expect(CalendarDate.format(day) == "infinity") }
        for day in [range.lowerBound - 1, -1 << 62, .min] { #expect(CalendarDate.format(day) == "-infinity") }
    }

    @Test("Infinities are read in any case, and only when asked for")
    func infinities() {
        #expect(Timestamp.format(.infinity) == "infinity")
        #expect(Timestamp.format(.negativeInfinity) == "-infinity")
        for text in ["infinity", "Infinity", "INFINITY"] {
            #expect(Timestamp.parse(text, isExtended: true) == .infinity && Timestamp.parse(text) == nil)
            #expect(Timestamp.parse("-" + text, isExtended: true) == .negativeInfinity)
            #expect(Timestamp.parse("-" + text) == nil)
            #expect(CalendarDate.parse(text, isExtended: true) == .max && CalendarDate.parse(text) == nil)
            #expect(CalendarDate.parse("-" + text, isExtended: true) == .min && CalendarDate.parse("-" + text) == nil)
        }
    }

    @Test(
        "Text in, canonical text out",
        arguments: [
            ("-000043-03-15", "-000043-03-15T00:00:00Z"), ("+012345-01-01T00:00:00Z", "+012345-01-01T00:00:00Z"),
            ("+000000-02-29 12:00:00.50z", "+000000-02-29T12:00:00.5Z"), ("+002026-04-01", "2026-04-01T00:00:00Z"),
            ("+00012345-01-01", "+012345-01-01T00:00:00Z"), ("2026-04-01", "2026-04-01T00:00:00Z"),
            ("0001-01-01T00:00:00+00:01", "+000000-12-31T23:59:00Z"),
            ("9999-12-31T23:59:59-00:01", "+010000-01-01T00:00:59Z"),
            ("+010000-01-01T00:00:00+00:01", "9999-12-31T23:59:00Z"),
            ("-004713-11-24", "-004713-11-24T00:00:00Z"), ("-004713-11-23T23:00:00-01:00", "-004713-11-24T00:00:00Z"),
            ("+294247-01-10T04:00:54.775806Z", "+294247-01-10T04:00:54.775806Z"),
            ("+294247-01-11T00:00:00+23:59", "+294247-01-10T00:01:00Z"),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(Timestamp.format(try #require(Timestamp.parse(text, isExtended: true))) == expected)
    }

    @Test(
        "What PostgreSQL cannot hold or ECMA-262 does not know is refused",
        arguments: [
            "-000000-01-01", "0000-01-01", "10000-01-01", "-0043-03-15", "+12345-01-01", "+012345-1-01",
            "+012345-13-01",
            "+012345-02-30", "+002023-02-29", "-004713-11-23", "-004713-11-24T00:00:00+00:01", "-999999-01-01",
            "-99999999-01-01", "+000000000-01-01", "012345-01-01", "+012345/01/01", "+012345-01-01T00:00:00",
            "+012345-01-01T00:00", "+012345-01-01x", "+012345-01-0", "+", "-", "", "inf", "+infinity", "infinity ",
            "-infinit", "infinityZ", "infinity-", "/infinity",
        ])
    func refused(text: String) {
        #expect(Timestamp.parse(text, isExtended: true) == nil)
        #expect(CalendarDate.parse(text, isExtended: true) == nil)
    }

    @Test("Each type ends where PostgreSQL does, or 64 bits of microseconds")
    func ends() {
        #expect(Timestamp.parse("+294247-01-10T04:00:54.775807Z", isExtended: true) == nil)
        #expect(Timestamp.parse("+294276-12-31", isExtended: true) == nil)
        #expect(Timestamp.parse("+300000-01-01", isExtended: true) == nil)
        #expect(Timestamp.parse("+99999999-12-31T23:59:59Z", isExtended: true) == nil)
        #expect(CalendarDate.parse("+5874897-12-31", isExtended: true) == CalendarDate.extendedRange.upperBound)
        #expect(CalendarDate.parse("+5874898-01-01", isExtended: true) == nil)
        #expect(CalendarDate.parse("+99999999-12-31", isExtended: true) == nil)
        #expect(CalendarDate.parse("+012345-01-01T00:00:00Z", isExtended: true) == nil)
    }

    @Test(
        "Numbers without digits have one text each",
        arguments: [
            ("NaN", "NaN"), ("nan", "NaN"), ("Infinity", "Infinity"), ("+INFINITY", "Infinity"), ("inf", "Infinity"),
            ("+Inf", "Infinity"), ("-infinity", "-Infinity"), ("-INF", "-Infinity"), ("+nan", nil), ("-nan", nil),
            ("infinit", nil), ("--inf", nil), ("", nil), ("1", nil), ("infinity ", nil),
        ] as [(String, String?)])
    func numbers(text: String, expected: String?) {
        var output = Array("before".utf8)
        var text = text
        let isSpecial = text.withUTF8 { unsafe SpecialNumber.append($0, to: &output) }
        #expect(isSpecial == (expected != nil))
        #expect(String(decoding: output, as: UTF8.self) == "before" + (expected ?? ""))
    }
}

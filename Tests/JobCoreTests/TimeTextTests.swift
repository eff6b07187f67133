import JobCore
import Testing

@Suite("Times without a format")
struct TimeTextTests {
    private func read(_ text: String) -> TimeText.Reading {
        var text = text
        return text.withUTF8 { unsafe TimeText.read($0) }
    }

    @Test(
        "RFC 3339 and its unambiguous kin",
        arguments: [
            ("2026-03-02 08:15:00 UTC", "2026-03-02T08:15:00Z"), ("2026-03-02 08:15 GMT", "2026-03-02T08:15:00Z"),
            ("2026-03-02T09:15:00+01", "2026-03-02T08:15:00Z"),
            ("2026-03-02 13:45:00.25+0530", "2026-03-02T08:15:00.25Z"),
            ("2026-03-02T08:15Z", "2026-03-02T08:15:00Z"), ("2026-03-02t08:15:00.1230000z", "2026-03-02T08:15:00.123Z"),
            ("2026-03-02 08:15:00.123456+00", "2026-03-02T08:15:00.123456Z"),
            ("2026-03-02T03:15:00-05:00", "2026-03-02T08:15:00Z"),
            ("2026-03-02 08:15:00 +0000", "2026-03-02T08:15:00Z"),
            ("2026-03-02 08:15:00 +0000 UTC", "2026-03-02T08:15:00Z"),
            ("2026-03-02 08:15:00utc", "2026-03-02T08:15:00Z"),
            ("1890-01-01 00:53:28+00:53:28", "1890-01-01T00:00:00Z"), ("2026-03-02 08:15+00", "2026-03-02T08:15:00Z"),
            ("2026-03-02T08:15:00,5Z", "2026-03-02T08:15:00.5Z"),
            ("2026-03-02 08:15:00.12345650000000000000000 UTC", "2026-03-02T08:15:00.123456Z"),
            ("2026-03-02 08:15:00.12345650000000000000001 UTC", "2026-03-02T08:15:00.123457Z"),
            ("2026-12-31 23:59:59.9999999Z", "2027-01-01T00:00:00Z"),
        ])
    func kin(text: String, expected: String) {
        guard case .instant(let instant) = read(text) else {
            Issue.record("\(text): \(read(text))")
            return
        }
        #expect(Timestamp.format(instant) == expected)
    }

    @Test(
        "A time without a zone is told apart, with and without seconds and fractions",
        arguments: ["2026-03-02 08:15:00", "2026-03-02T08:15", "2026-03-02 08:15:00.5", "2026-03-02"])
    func local(text: String) throws {
        guard case .local(let time) = read(text) else {
            Issue.record("\(text): \(read(text))")
            return
        }
        #expect(time.isDate == (text.utf8.count == 10))
        let utc = try #require(time.instant(nil))
        #expect(time.instant(ZoneRules(fixed: 3600)) == utc - .seconds(3600))
    }

    @Test(
        "A day that no calendar has is named",
        arguments: [
            ("2026-02-30T10:00:00Z", "there is no day 30 in February 2026"),
            ("2026-04-31", "there is no day 31 in April 2026"),
            ("1900-02-29 00:00", "there is no day 29 in February 1900"),
            ("2026-13-01 00:00:00Z", "there is no month 13"),
            ("2026-01-45T00:00Z", "there is no day 45 in January"), ("0000-00-00 00:00:00", "there is no month 0"),
            ("0000-01-01", "there is no year 0"),
        ])
    func impossible(text: String, message: String) {
        guard case .impossible(let date) = read(text) else {
            Issue.record("\(text): \(read(text))")
            return
        }
        #expect("\(date)" == message)
    }

    @Test(
        "Anything else is none",
        arguments: [
            "", "2026", "2026-3-02", "02.03.2026", "2026-03-02 ", "2026-03-02T", "2026-03-02 8:15", "2026-03-02 24:00Z",
            "2026-03-02 08:60Z", "2026-03-02 08:15:60Z", "2026-03-02 08:15:00.Z", "2026-03-02 08:15:00+1",
            "2026-03-02 08:15:00+24", "2026-03-02 08:15:00+01:", "2026-03-02 08:15:00+01:0",
            "2026-03-02 08:15:00+01:60",
            "2026-03-02 08:15:00 CET", "2026-03-02 08:15:00  Z", "2026-03-02 08:15:00+0100 UTC",
            "2026-03-02 08:15:00Zx",
            "2026-03-02 08:15:00 AM", "0001-01-01 00:00+01", "2026-03-02  08:15Z", "2026-03-02\u{A0}08:15Z",
        ])
    func none(text: String) { #expect(read(text) == .unreadable) }

    @Test("A fraction is rounded to the nearest microsecond, halves to the even one")
    func rounding() {
        func rounded(_ digits: String) -> Int64 {
            var fraction = SecondFraction()
            for digit in digits.utf8 { fraction.add(digit - 0x30) }
            return fraction.microseconds
        }
        #expect(rounded("5") == 500_000 && rounded("000001") == 1 && rounded("0000005") == 0)
        #expect(rounded("0000015") == 2 && rounded("0000025") == 2 && rounded("00000250000001") == 3)
        #expect(rounded("9999995") == 1_000_000 && rounded("9999994999") == 999_999 && rounded("") == 0)
    }
}

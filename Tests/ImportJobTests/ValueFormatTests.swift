import JobCore
import JobRuntime
import TestSupport
import Testing

@testable import ImportJob

@Suite("Formats of dates, numbers and words")
struct ValueFormatTests {
    private func read(_ pattern: String, _ text: String, zone: ZoneRules? = nil) throws -> String? {
        let layout = TimeLayout.pattern(try DatePattern(pattern))
        return unsafe bytes(text) { unsafe layout.instant($0, zone) }.map { Timestamp.format($0) }
    }

    private func bytes<Value>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        var text = text
        return text.withUTF8 { unsafe body($0) }
    }

    private static let dateTable: [(String, String, String?)] = [
        ("MM/dd/yyyy", "03/15/2024", "2024-03-15T00:00:00Z"), ("M/d/yyyy", "3/5/2024", "2024-03-05T00:00:00Z"),
        ("M/d/yyyy", "03/05/2024", "2024-03-05T00:00:00Z"), ("MM/dd/yyyy", "3/5/2024", nil),
        ("MM/dd/yyyy", "15/03/2024", nil), ("dd.MM.yyyy HH:mm", "15.03.2024 09:14", "2024-03-15T09:14:00Z"),
        ("M/d/yyyy h:mm a", "3/15/2024 2:30 PM", "2024-03-15T14:30:00Z"),
        ("M/d/yyyy h:mm a", "3/15/2024 12:05 am", "2024-03-15T00:05:00Z"),
        ("M/d/yyyy h:mm a", "3/15/2024 12:05 p.m.", "2024-03-15T12:05:00Z"),
        ("M/d/yyyy h:mm a", "3/15/2024 13:05 PM", nil),
        ("yyyy-MM-dd HH:mm:ss", "2024-02-29 23:59:59", "2024-02-29T23:59:59Z"),
        ("yyyy-MM-dd HH:mm:ss", "2023-02-29 00:00:00", nil), ("yyyy-MM-dd HH:mm:ss", "2024-02-28 24:00:00", nil),
        ("yyyy-MM-dd HH:mm:ss", "2024-02-28 10:00:00 ", nil), ("yyyy-MM-dd HH:mm:ss", "2024-02-28 10:00", nil),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2024-03-15T10:00:00.250+02:00", "2024-03-15T08:00:00.25Z"),
        ("yyyy-MM-dd HH:mm:ssX", "2024-03-15 10:00:00+0530", "2024-03-15T04:30:00Z"),
        ("yyyy-MM-dd HH:mm:ssX", "2024-03-15 10:00:00-08", "2024-03-15T18:00:00Z"),
        ("yyyy-MM-dd HH:mm:ssX", "2024-03-15 10:00:00Z", "2024-03-15T10:00:00Z"),
        ("d MMM yyyy", "5 Mar 2024", "2024-03-05T00:00:00Z"), ("MMMM d, yyyy", "March 5, 2024", "2024-03-05T00:00:00Z"),
        ("MMMM d, yyyy", "may 5, 2024", "2024-05-05T00:00:00Z"),
        ("EEE, d MMM yyyy", "Tue, 5 MAR 2024", "2024-03-05T00:00:00Z"),
        ("dd/MM/yy", "01/02/68", "2068-02-01T00:00:00Z"), ("dd/MM/yy", "01/02/69", "1969-02-01T00:00:00Z"),
        ("yyyyMMdd", "20240315", "2024-03-15T00:00:00Z"), ("yyyy'年'M'月'd'日'", "2024年3月5日", "2024-03-05T00:00:00Z"),
        ("M/d/yyyy h:mm:ss a", "3/14/2026 9:05:00\u{202F}AM", "2026-03-14T09:05:00Z"),
        ("d.M.yyyy HH:mm 'Uhr'", "14.3.2026\u{A0}16:20 Uhr", "2026-03-14T16:20:00Z"),
        ("d\u{A0}MMM yyyy", "5 Mar 2024", "2024-03-05T00:00:00Z"),
        ("yyyy-MM-dd HH:mm z", "2024-03-15 10:00 UTC", "2024-03-15T10:00:00Z"),
        ("yyyy-MM-dd HH:mm:ss.S", "2024-03-15 10:00:00.9999999", "2024-03-15T10:00:01Z"),
        ("dd-MM-yyyy", "", nil), ("dd-MM-yyyy", "01-01-0000", nil), ("yyyy-MM-dd", "2024-13-01", nil),
    ]

    @Test("A date is read as its pattern says, and nothing else is", arguments: dateTable)
    func dates(pattern: String, text: String, expected: String?) throws {
        #expect(try read(pattern, text) == expected)
    }

    @Test(
        "A pattern that cannot be is refused with what is wrong",
        arguments: [
            ("dd.mm.yyyy", "month"), ("MM/yyyy", "day"), ("dd.MM", "year"), ("dd.MM.yyyy hh:mm", "AM, PM"),
            ("dd.MM.yyyy mm", "without hours"), ("yyyy-MM-ddTHH:mm", "'T'"), ("yyyy-MM-dd'T", "not closed"),
            ("yyyyy-MM-dd", "'yyyyy'"), ("", "year"), ("yyyy-MM-dd HH a", "AM, PM"),
        ])
    func patterns(pattern: String, problem: String) {
        let fault = #expect(throws: DatePattern.Fault.self) { _ = try DatePattern(pattern) }
        #expect(fault?.problem.contains(problem) == true, "\(fault?.problem ?? "")")
    }

    @Test("Counts since 1970, to the microsecond")
    func epochs() {
        func read(_ text: String, _ unit: EpochUnit) -> String? {
            unsafe bytes(text) { unsafe TimeLayout.epoch(unit).instant($0, nil) }.map { Timestamp.format($0) }
        }
        #expect(read("1710493200", .seconds) == "2024-03-15T09:00:00Z")
        #expect(read("1710493200.5", .seconds) == "2024-03-15T09:00:00.5Z")
        #expect(read("1710493200123", .milliseconds) == "2024-03-15T09:00:00.123Z")
        #expect(read("1710493200123.4567", .milliseconds) == "2024-03-15T09:00:00.123457Z")
        #expect(read("1710493200123456", .microseconds) == "2024-03-15T09:00:00.123456Z")
        #expect(read("1710493200123456500", .nanoseconds) == "2024-03-15T09:00:00.123456Z")
        #expect(read("1710493200123456501", .nanoseconds) == "2024-03-15T09:00:00.123457Z")
        #expect(read("-1", .seconds) == "1969-12-31T23:59:59Z" && read("0", .milliseconds) == "1970-01-01T00:00:00Z")
        #expect(read("-1", .nanoseconds) == "1970-01-01T00:00:00Z" && read("5", .microseconds) != nil)
        for text in [
            "", "-", "1.", "1e5", "x", "999999999999999", "1234567890123456", "1 2", "99999999999999999999999",
        ] {
            #expect(read(text, .seconds) == nil, "\(text)")
        }
        for unit in EpochUnit.allCases {
            for text in ["99999999999999999999", "-99999999999999999999", "9223372036854775807.9999999"] {
                _ = read(text, unit)
            }
        }
    }

    private static let numberTable: [(String, String, String?)] = [
        ("1.234,56", "1.234.567,89", "1234567.89"), ("1.234,56", "-12,5", "-12.5"), ("1.234,56", "1234", "1234"),
        ("1.234,56", "1.234", "1234"), ("1.234,56", "1.23", nil), ("1.234,56", "12.34,5", nil), ("1.234,56", ".5", nil),
        ("1.234,56", "1234.567", nil), ("1.234,56", "1,2,3", nil), ("1.234,56", "€ 5,00", "5.00"),
        ("1.234,56", "5,00 €", "5.00"), ("1.234,56", "-€5,00", "-5.00"), ("1,234.56", "$1,234.50", "1234.50"),
        ("1,234.56", "12,34,567.1", "1234567.1"), ("1,234.56", "1,234,", nil),
        ("1 234,56", "1 234\u{A0}567,5", "1234567.5"),
        ("1'234.56", "1’234.5", "1234.5"), ("1234,56", "1234,5", "1234.5"), ("1234,56", "1.234,5", nil),
        ("1.234,56", "0.125", nil), ("1,234.56", "0,125", nil), ("1 234,56", "0 125", nil), ("1'234.56", "00'125", nil),
        ("1.234,56", "012.500", nil), ("1.234,56", "-0.125", nil), ("1.234,56", "12.34.567", nil),
        ("1,234.56", "1,23,4567", nil), ("1,234.56", "123,45,678", nil), ("1,234.56", "1,234,56,789", nil),
        ("1.234,56", "0,125", "0.125"), ("1.234,56", "5,", nil), ("1,234.56", "5.", nil),
        ("1,234.56", "abc", nil), ("1,234.56", "", ""), ("1,234.56", "--1", nil),
    ]

    @Test("A number is read as its example says", arguments: numberTable)
    func numbers(example: String, text: String, expected: String?) throws {
        let pattern = try #require(NumberPattern(example))
        let found = unsafe bytes(text) { unsafe pattern.plain($0) }.map { String(decoding: $0, as: UTF8.self) }
        #expect(found == expected)
    }

    @Test(
        "What is no example is refused",
        arguments: ["", "1.234.56", "1,234,56", "1234", "#,##0.00", "2.345,67", "1-234.56"])
    func examples(text: String) { #expect(NumberPattern(text) == nil) }

    @Test("Words say true or false, in any case")
    func words() throws {
        let pattern = try #require(WordPattern("subscribed, Ja/unsubscribed,nein"))
        func value(_ text: String) -> Bool? { unsafe bytes(text) { unsafe pattern.value($0) } }
        #expect(value("SUBSCRIBED") == true && value(" ja ") == true && value("Nein") == false && value("yes") == nil)
        for text in ["", "a", "a/", "/b", "a/a", "a/b/c"] { #expect(WordPattern(text) == nil, "\(text)") }
    }

    @Test("A star is any other word")
    func anyWord() throws {
        let left = try #require(WordPattern("/*"))
        let most = try #require(WordPattern("no,false/*"))
        #expect(unsafe bytes("2024-03-01") { unsafe left.value($0) } == false)
        #expect(unsafe bytes("No") { unsafe most.value($0) } == true && bytes("x") { unsafe most.value($0) } == false)
        #expect(WordPattern("/") == nil && WordPattern("*/*") == nil)
    }

    @Test(
        "Lists become JSON arrays",
        arguments: [
            ("a,b", ",", #"["a","b"]"#), (#""VIP","Blog, weekly""#, ",", #"["VIP","Blog, weekly"]"#),
            (#" "say ""hi""" , x "#, ",", #"["say \"hi\"","x"]"#), ("901;902;", ";", #"["901","902"]"#),
            (#"a\,b,c"#, ",", #"["a,b","c"]"#), (",,", ",", "[]"), (#"["a", 1]"#, ",", #"["a",1]"#),
            ("[x", ",", #"["[x"]"#),
            (#""open"#, ",", nil), (#"a,"open"#, ",", nil), ("é", ",", #"["é"]"#),
        ] as [(String, String, String?)])
    func lists(text: String, delimiter: String, expected: String?) {
        var output = Array("before".utf8)
        let isList = unsafe bytes(text) {
            unsafe ListText.append($0, delimiter: delimiter.utf8.first ?? 0, to: &output)
        }
        #expect(isList == (expected != nil))
        #expect(String(decoding: output, as: UTF8.self) == "before" + (expected ?? ""))
    }

    @Test("E-mail addresses by their form")
    func emails() {
        func isValid(_ text: String) -> Bool { unsafe bytes(text) { unsafe EmailAddress.isValid($0) } }
        let long = String(repeating: "a", count: 64)
        for text in ["a@b.c", "a.b+c@d-e.example.com", "üser@exämple.de", "\(long)@x.org", "o'hara@x.org", "1@2.3d"] {
            #expect(isValid(text), "\(text)")
        }
        for text in [
            "", "@", "a@", "@b.c", "a@b", ".a@b.c", "a.@b.c", "a..b@c.d", "a b@c.d", "a@b..c", "a@-b.c", "a@b-.c",
            "a@b.c.", "\(long)a@x.org", "a@1.2.3.4", "a@b@c.d@", "<a@b.c>", "a@b.c,d@e.f", "a@b_c.d", "\"a\"@b.c",
            "a@" + String(repeating: "b.", count: 130) + "c", "fi\u{200B}n@b.c", "gus@\u{2060}b.c", "a\u{A0}b@c.d",
            "a\u{202E}b@c.d", "a\u{AD}b@c.d", "\u{FEFF}a@b.c", "a@b.c\u{85}", "a\u{3000}@b.c",
        ] {
            #expect(!isValid(text), "\(text)")
        }
    }

    @Test("Telephone numbers and countries in their canonical form")
    func contacts() {
        func phone(_ text: String) -> String? { unsafe bytes(text) { unsafe PhoneNumber.canonical($0) } }
        #expect(phone("+49 (0)30 / 123-45.67") == "+49301234567" && phone("0049 30 1234567") == "+49301234567")
        for text in ["030 1234567", "+0123456789", "+123", "+12345678901234567", "+49 30 ext. 5", "", "++4930123456"] {
            #expect(phone(text) == nil, "\(text)")
        }
        func country(_ text: String) -> String? { unsafe bytes(text) { unsafe CountryCode.canonical($0) } }
        #expect(country("de") == "DE" && country("DEU") == "DE" && country("germany") == "DE" && country("USA") == "US")
        #expect(country("United States") == "US" && country("UK") == "GB" && country("Türkiye") == "TR")
        #expect(country("XX") == nil && country("") == nil && country("Atlantis") == nil)
    }
}

@Suite("Time zones")
struct ZoneRulesTests {
    @Test("A local time that comes twice is the first one; one that does not come is moved on")
    func changes() throws {
        let berlin = try ZoneLoader.load("Europe/Berlin")
        func utc(_ local: String) throws -> String {
            let local = try #require(Timestamp.parse(local + "Z"))
            return Timestamp.format(berlin.instant(localSeconds: local.seconds))
        }
        #expect(try utc("2024-01-15T12:00:00") == "2024-01-15T11:00:00Z")
        #expect(try utc("2024-07-15T12:00:00") == "2024-07-15T10:00:00Z")
        #expect(try utc("2024-03-31T01:59:59") == "2024-03-31T00:59:59Z")
        #expect(try utc("2024-03-31T02:30:00") == "2024-03-31T01:30:00Z")
        #expect(try utc("2024-03-31T03:00:00") == "2024-03-31T01:00:00Z")
        #expect(try utc("2024-10-27T02:30:00") == "2024-10-27T00:30:00Z")
        #expect(try utc("2024-10-27T03:00:00") == "2024-10-27T02:00:00Z")
        // By the rule behind the last entry of the file.
        #expect(try utc("2060-07-15T12:00:00") == "2060-07-15T10:00:00Z")
        #expect(try utc("2060-12-15T12:00:00") == "2060-12-15T11:00:00Z")
    }

    @Test("Every zone has the offsets that Python's zoneinfo has, and its local times mean the same instants")
    func everyZone() throws {
        let script = """
            import zoneinfo, datetime, random
            random.seed(5)
            names = sorted(zoneinfo.available_timezones())
            for name in names:
                if name in ('localtime', 'Factory') or name.startswith(('posix', 'right')): continue
                zone = zoneinfo.ZoneInfo(name)
                for _ in range(25):
                    moment = random.randint(-2500000000, 3500000000)
                    if random.random() < 0.4:
                        moment = int(datetime.datetime(random.randint(1970, 2070), random.choice([3, 4, 10, 11]),
                            random.randint(1, 30), tzinfo=datetime.timezone.utc).timestamp()) + random.randint(0, 86400)
                    there = datetime.datetime.fromtimestamp(moment, zone)
                    local = there.replace(tzinfo=None)
                    again = local.replace(tzinfo=zone, fold=0)
                    back = again.astimezone(datetime.timezone.utc)
                    print(name, moment, int(there.utcoffset().total_seconds()),
                        int((local - datetime.datetime(1970, 1, 1)).total_seconds()), int(back.timestamp()))
            """
        let output = try ChildProcess.run("python3", ["-c", script])
        try #require(output.status == 0, "\(output.errorText)")
        var zone = ZoneRules(fixed: 0)
        var name: Substring = ""
        var lines = 0
        for line in output.text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts[0] != name {
                name = parts[0]
                zone = try ZoneLoader.load(String(name))
            }
            let numbers = parts.dropFirst().compactMap { Int64($0) }
            try #require(numbers.count == 4)
            #expect(zone.offset(at: Instant(seconds: numbers[0])) == Int(numbers[1]), "\(line)")
            #expect(zone.instant(localSeconds: numbers[2]) == Instant(seconds: numbers[3]), "\(line)")
            lines += 1
        }
        #expect(lines > 10_000)
    }

    @Test(
        "What is no zone is refused",
        arguments: ["", "Mars/Base", "../etc/passwd", "/etc/passwd", "+25:00", "Europe/Berlin/..", "a b"])
    func names(name: String) {
        #expect(throws: ZoneLoader.Fault.self) { _ = try ZoneLoader.load(name) }
    }

    @Test("Offsets are zones too, and damaged files are none")
    func files() throws {
        let origin = Instant(seconds: 0)
        #expect(try ZoneLoader.load("+05:30").offset(at: origin) == 19_800)
        #expect(try ZoneLoader.load("UTC").offset(at: origin) == 0)
        #expect(ZoneRules(file: []) == nil && ZoneRules(file: Array("TZif2".utf8)) == nil)
        let bytes = try ChildProcess.run("cat", ["/usr/share/zoneinfo/Europe/Berlin"]).output
        for count in stride(from: 0, to: bytes.count - 60, by: 7) { _ = ZoneRules(file: Array(bytes[..<count])) }
        var random = SeededRandom(seed: 3)
        for _ in 0..<3_000 {
            var broken = bytes
            for _ in 0..<4 {
                broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let zone = ZoneRules(file: broken) else { continue }
            _ = zone.instant(localSeconds: Int64.random(in: -5_000_000_000...5_000_000_000, using: &random))
        }
    }
}

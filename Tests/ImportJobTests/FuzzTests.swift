import Formats
import Glibc
import JobCore
import JobRuntime
import TestSupport
import Testing

@testable import ImportJob

/// Dates, mappings and cells that nobody would write; a seed that finds something is told.
@Suite("57: fuzzing of dates and mappings")
struct FuzzTests {
    // MARK: - Dates

    /// What the C library's calendar says of a second of UTC.
    private struct Civil {
        let year: Int32
        let month: Int
        let day: Int32
        let hour: Int32
        let minute: Int32
        let second: Int32
        let weekday: Int

        init(_ seconds: Int64) {
            var local = unsafe tm()
            var shown = time_t(seconds)
            _ = unsafe gmtime_r(&shown, &local)
            year = unsafe local.tm_year + 1900
            month = unsafe Int(local.tm_mon)
            day = unsafe local.tm_mday
            hour = unsafe local.tm_hour
            minute = unsafe local.tm_min
            second = unsafe local.tm_sec
            weekday = unsafe Int(local.tm_wday)
        }
    }

    /// A pattern, and an instant written in it by the C library's calendar.
    private struct WrittenDate {
        var pattern = ""
        var text = ""
        let instant: Instant

        init(_ random: inout SeededRandom) {
            var seconds = Int64.random(in: -62_135_510_400..<253_402_214_400, using: &random)
            // A day from the ends, which an offset can pass.
            let hasShortYear = random.once(in: 6)
            if hasShortYear { seconds = Int64.random(in: -31_449_600..<3_124_137_600, using: &random) }
            let hasTime = !random.once(in: 3)
            let hasSeconds = hasTime && !random.once(in: 3)
            let offset = hasTime && random.once(in: 3) ? Int64.random(in: -720...720, using: &random) * 60 : nil
            if !hasTime {
                seconds -= seconds.remainder(86_400)
            } else if !hasSeconds {
                seconds -= seconds.remainder(60)
            }
            let local = Civil(seconds + (offset ?? 0))
            let names = [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            ]
            let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
            func padded(_ number: Int32, _ digits: Int = 2) -> String {
                String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
            }
            let year = local.year
            let month = local.month
            let years = hasShortYear ? ("yy", padded(year % 100)) : ("yyyy", padded(year, 4))
            let months = [
                ("M", String(month + 1)), ("MM", padded(Int32(month) + 1)), ("MMM", String(names[month].prefix(3))),
                ("MMMM", names[month]),
            ]
            let dates = [("d", String(local.day)), ("dd", padded(local.day))]
            var parts = [years, random.pick(months), random.pick(dates)]
            parts.shuffle(using: &random)
            if random.once(in: 5) { parts.insert(("EEE", String(days[local.weekday].prefix(3))), at: 0) }
            let separator = random.pick([
                ("-", "-"), ("/", "/"), (".", "."), (" ", " "), ("' of '", " of "), ("年", "年"),
            ])
            pattern = parts.map(\.0).joined(separator: separator.0)
            text = parts.map(\.1).joined(separator: separator.1)
            var fraction: Int64 = 0
            if hasTime {
                let isShort = random.once(in: 2)
                let hour = local.hour
                let half = (hour + 11) % 12 + 1
                let is12 = random.once(in: 3)
                pattern += random.pick([" ", "'T'"]) == " " ? " " : "'T'"
                text += pattern.hasSuffix("'T'") ? "T" : " "
                pattern += is12 ? (isShort ? "h" : "hh") : isShort ? "H" : "HH"
                text += is12 ? (isShort ? String(half) : padded(half)) : isShort ? String(hour) : padded(hour)
                pattern += ":mm"
                text += ":" + padded(local.minute)
                if hasSeconds {
                    pattern += ":ss"
                    text += ":" + padded(local.second)
                    if random.once(in: 2) {
                        fraction = Int64.random(in: 0..<1_000_000, using: &random)
                        pattern += ".SSSSSS"
                        text += "." + padded(Int32(fraction), 6)
                    }
                }
                if is12 {
                    pattern += " a"
                    text += hour < 12 ? " AM" : " p.m."
                }
                if let offset {
                    pattern += "X"
                    let minutes = Int32(abs(offset) / 60)
                    text +=
                        (offset < 0 ? "-" : "+") + padded(minutes / 60) + random.pick([":", ""]) + padded(minutes % 60)
                }
            }
            instant = Instant(microseconds: seconds * 1_000_000 + fraction)
        }
    }

    private func read(_ pattern: DatePattern, _ text: [UInt8], _ zone: ZoneRules? = nil) -> Instant? {
        unsafe text.withUnsafeBufferPointer { unsafe TimeLayout.pattern(pattern).instant($0, zone) }
    }

    @Test(
        "What the C library writes in any pattern is read back to the microsecond; damaged text gives a time or nothing"
    )
    func dates() throws {
        let zones = try [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata",
        ]
        .map { try ZoneLoader.load($0) }
        let letters = Array("yyyyMMddHHhhmmssSaXE'/.-: T年".utf8)
        for seed in FuzzRounds() {
            var random = SeededRandom(seed: seed)
            let date = WrittenDate(&random)
            let pattern = try DatePattern(date.pattern)
            #expect(
                read(pattern, Array(date.text.utf8)) == date.instant, "seed \(seed): \(date.pattern), \(date.text)")
            // A time of a zone is that time there, unless clocks jump over it.
            let zone = random.pick(zones)
            let seconds = Int64.random(in: -2_000_000_000..<6_000_000_000, using: &random)
            let local = seconds + Int64(zone.offset(at: Instant(seconds: seconds)))
            let found = zone.instant(localSeconds: local)
            #expect(found.seconds + Int64(zone.offset(at: found)) == local, "seed \(seed): \(seconds)")
            // Nothing that is no time becomes one out of range.
            var damaged = Array(date.text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<max(1, damaged.count), using: &random)
                if damaged.isEmpty { break }
                if random.once(in: 2) {
                    damaged.remove(at: place)
                } else {
                    damaged[place] = .random(in: 0x20...0xFF, using: &random)
                }
            }
            if let instant = read(pattern, damaged, zone), Timestamp.range.contains(instant) {
                #expect(Timestamp.parse(Timestamp.format(instant)) == instant, "seed \(seed): \(damaged)")
            }
            unsafe damaged.withUnsafeBufferPointer { bytes in
                if let instant = unsafe Timestamp.parse(bytes) {
                    #expect(Timestamp.parse(Timestamp.format(instant)) == instant, "seed \(seed)")
                }
                if let day = unsafe CalendarDate.parse(bytes) {
                    #expect(CalendarDate.parse(CalendarDate.format(day)) == day, "seed \(seed)")
                }
            }
            // Any text is a pattern or is refused.
            let wild = (0..<Int.random(in: 0...12, using: &random)).map { _ in random.pick(letters) }
            if let pattern = try? DatePattern(String(decoding: wild, as: UTF8.self)) { _ = read(pattern, damaged) }
        }
    }

    // MARK: - Mappings

    private static let zoo = Catalogue(resources: [
        Resource(
            name: "zoo",
            columns: ColumnType.allCases.map { Column($0.rawValue + "_column", $0) } + [
                Column("id", .text), Column("email", .text, check: .email), Column("short", .text, maxLength: 3),
                Column("password_hash", .text, check: .passwordHash), Column("attributes", .json),
            ], key: ["id"], timeColumn: nil, canImport: true)
    ])

    private static let cells: [String?] = [
        nil, nil, "", " ", "x", "Ada Lovelace", "é😀", "a@b.example", "no address", "+49 30 123456", "DE", "Germany",
        "2026-04-01", "2026-04-01T10:00:00Z", "01.04.2026", "4/1/2026 2:30 PM", "1712345678", "1712345678901", "0",
        "-0",
        "007", "1.234,56", "1,234.56", "1e3", "-.5", "1e999", "99999999999999999999999", "NaN", "true", "ja", "No",
        "{\"a\":1}", "{\"b\":2,\"a\":{\"c\":[]}}", "[1,2]", "{bad", "\"x\"", "null", "a,b;c", "\"a\",\"b", "NULL",
        "3F2504E0-4F89-11D3-9A0C-0305E82C3301", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "a\u{0}b", "12345678901234567890.123456789",
    ]

    private static let formats = [
        "dd.MM.yyyy", "M/d/yyyy h:mm a", "epochSeconds", "epochMilliseconds", "1.234,56", "1,234.56", "ja/nein", ";",
        "",
        "yyyy", "x", "'",
    ]

    /// One entry of a mapping, as wrong as right.
    private func entry(_ names: [String], _ random: inout SeededRandom) -> JSONMember {
        let columns = Self.zoo.resources[0].columns.map(\.name)
        let field = random.pick(columns + ["attributes.a", "attributes.a.b", "json_column.x", "nothing", ""])
        let source = random.pick(names + ["absent"])
        if random.once(in: 3) { return JSONMember(source, .string(field)) }
        var members = [JSONMember("field", .string(field))]
        func add(_ name: String, _ value: JSONValue, once count: Int) {
            if random.once(in: count) { members.append(JSONMember(name, value)) }
        }
        add("type", .string(random.pick(ValueKind.allCases.map(\.name))), once: 2)
        add("format", .string(random.pick(Self.formats)), once: 3)
        add("timezone", .string(random.pick(["Europe/Berlin", "+02:00", "Nowhere/X", ""])), once: 5)
        add("default", .string(random.pick(Self.cells.compactMap(\.self))), once: 5)
        add("trim", .bool(random.once(in: 2)), once: 4)
        add("case", .string(random.pick(["upper", "lower", "x"])), once: 5)
        add("nulls", .array([.string(random.pick(["NULL", "x", ""]))]), once: 5)
        add("required", .bool(random.once(in: 2)), once: 6)
        add("columns", .array([.string(source), .string(random.pick(names))]), once: 8)
        add("value", .string(random.pick(Self.cells.compactMap(\.self))), once: 10)
        return JSONMember(source, .object(members))
    }

    private func map(_ mapping: ResolvedMapping, _ rows: RowBatch) -> (RowBatch, [Int], [CellProblem]) {
        var output = RowBatch(columnCount: 0)
        var sources: [Int] = []
        var problems: [CellProblem] = []
        mapping.canonicaliser.map(rows, into: &output, sources: &sources, problems: &problems)
        return (output, sources, problems)
    }

    @Test(
        "Any mapping is refused with a reason or maps every row to canonical values or to a problem, the same alone and among others"
    )
    func mappings() {
        for seed in FuzzRounds() {
            var random = SeededRandom(seed: seed)
            let names = ["id", "E-Mail", "text column", "Größe", "a", "int_column", "email"].shuffled(using: &random)
            var mapping = (0..<Int.random(in: 1...6, using: &random)).map { _ in entry(names, &random) }
            if !random.once(in: 4) { mapping.append(JSONMember("id", .string("id"))) }
            var spec = [
                JSONMember("orgId", .string("o")), JSONMember("resource", .string("zoo")),
                JSONMember("sourceKey", .string("f")),
            ]
            if !random.once(in: 6) { spec.append(JSONMember("mapping", .object(mapping))) }
            if random.once(in: 3) {
                spec.append(JSONMember("unmapped", .string(random.pick(["attributes", "error", "ignore"]))))
            }
            let text = JSONValue.object(spec).serialized()
            do throws(JobError) {
                let checked = try ImportSpec(
                    bytes: Array(text.utf8), environment: JobEnvironment(variables: [:]), catalogue: Self.zoo)
                let mapping = try ResolvedMapping(spec: checked, columns: names, isJSON: false)
                var rows = RowBatch(columnCount: names.count)
                for _ in 0..<Int.random(in: 1...6, using: &random) * names.count {
                    rows.append(random.pick(Self.cells))
                }
                check(mapping, rows, seed, text)
            } catch {
                let codes = [
                    "spec_invalid", "mapping_source_missing", "mapping_incomplete",
                    "mapping_ambiguous",
                    "unmapped_columns",
                ]
                #expect(codes.contains(error.code.rawValue), "seed \(seed): \(error.description), \(text)")
                #expect(error.exitCode == .usage || error.exitCode == .dataError, "seed \(seed): \(error.exitCode)")
            }
        }
    }

    private func check(_ mapping: ResolvedMapping, _ rows: RowBatch, _ seed: UInt64, _ spec: String) {
        let (mapped, sources, problems) = map(mapping, rows)
        let refused = Set(problems.map(\.row))
        #expect(refused.isDisjoint(with: sources), "seed \(seed): \(spec)")
        #expect(refused.union(sources) == Set(0..<rows.rowCount), "seed \(seed): \(spec)")
        #expect(
            mapped.rowCount == sources.count && mapped.columnCount == mapping.columns.count, "seed \(seed): \(spec)")
        for row in 0..<rows.rowCount {
            var alone = RowBatch(columnCount: rows.columnCount)
            for column in 0..<rows.columnCount { alone.append(rows.text(row: row, column: column)) }
            let (output, _, own) = map(mapping, alone)
            #expect(own.map(\.fault) == problems.filter { $0.row == row }.map(\.fault), "seed \(seed): \(spec)")
            guard let place = sources.firstIndex(of: row) else { continue }
            for column in mapping.columns.indices {
                let text = mapped.text(row: place, column: column)
                #expect(
                    output.text(row: 0, column: column) == text,
                    "seed \(seed), \(mapping.columns[column].name): \(spec)")
            }
        }
        // What came out would come out again.
        let plain = RowCanonicaliser(
            fields: mapping.columns.enumerated().map { FieldMapping(target: Column($1.name, $1.type), source: $0) },
            key: [],
            isJSONSource: false)
        var again = RowBatch(columnCount: 0)
        var kept: [Int] = []
        var faults: [CellProblem] = []
        plain.map(mapped, into: &again, sources: &kept, problems: &faults)
        #expect(faults == [], "seed \(seed): \(spec)")
        guard faults.isEmpty else { return }
        for row in 0..<mapped.rowCount {
            for column in mapping.columns.indices {
                #expect(
                    again.text(row: row, column: column) == mapped.text(row: row, column: column),
                    "seed \(seed), \(mapping.columns[column].name): \(spec)")
            }
        }
    }
}

extension Int64 {
    /// What is left of a division, never negative.
    fileprivate func remainder(_ divisor: Int64) -> Int64 { (self % divisor + divisor) % divisor }
}

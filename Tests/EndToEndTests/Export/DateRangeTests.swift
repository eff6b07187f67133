internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Date ranges")
struct DateRangeTests {
    /// Ids of the events a filter selects, in the order of the file.
    private func selected(_ filters: String, _ bench: Workbench) throws -> [String] {
        let run = try bench.export(
            #""resource":"events","format":"csv","csv":{"header":false},"columns":["session_id"],"filters":\#(filters)"#,
            org: "org_time")
        #expect(run.status == 0, "\(run.errorText)")
        return try bench.resultText(run).split(separator: "\n").map(String.init)
    }

    private func bench() throws -> Workbench {
        let bench = try Workbench(.empty)
        let moments = [
            ("before", "2026-03-31 23:59:59", 999_999), ("first", "2026-04-01 00:00:00", 0),
            ("noon", "2026-04-15 12:00:00", 0), ("last", "2026-04-30 23:59:59", 999_999),
            ("after", "2026-05-01 00:00:00", 0),
        ]
        for (index, moment) in moments.enumerated() {
            try bench.sql(
                """
                INSERT INTO events (org_id, id, session_id, occurred_at) VALUES ('org_time',
                '00000000-0000-4000-8000-00000000000\(9 - index)', '\(moment.0)',
                unixepoch('\(moment.1)') * 1000000 + \(moment.2))
                """)
        }
        return bench
    }

    @Test("A date in 'to' means the whole UTC day, a timestamp in 'to' is exclusive")
    func bounds() throws {
        let bench = try bench()
        let april = try selected(#"{"from":"2026-04-01","to":"2026-04-30"}"#, bench)
        #expect(april == ["first", "noon", "last"])
        #expect(try selected(#"{"to":"2026-04-30"}"#, bench) == ["before", "first", "noon", "last"])
        #expect(try selected(#"{"from":"2026-05-01"}"#, bench) == ["after"])
        #expect(try selected(#"{"from":"2026-04-15","to":"2026-04-15"}"#, bench) == ["noon"])
        let exclusive = #"{"from":"2026-04-01T00:00:00Z","to":"2026-04-15T12:00:00Z"}"#
        #expect(try selected(exclusive, bench) == ["first"])
        let zone = #"{"from":"2026-04-01T02:00:00+02:00","to":"2026-04-30T23:59:59.999999Z"}"#
        #expect(try selected(zone, bench) == ["first", "noon"])
        let operators = #"{"occurred_at":{"gt":"2026-04-01","lte":"2026-04-15T12:00:00Z"}}"#
        #expect(try selected(operators, bench) == ["noon"])
    }

    @Test("'last' counts back from now and leaves out the future")
    func last() throws {
        let bench = try bench()
        for (digit, name, offset) in [(1, "hour", -3_600), (2, "days", -260_000), (3, "future", 3_600)] {
            try bench.sql(
                """
                INSERT INTO events (org_id, id, session_id, occurred_at) VALUES ('org_time',
                '00000000-0000-4000-8000-0000000000\(digit)0', '\(name)', (unixepoch() + \(offset)) * 1000000)
                """)
        }
        #expect(try selected(#"{"last":"90m"}"#, bench) == ["hour"])
        #expect(try selected(#"{"last":"2d"}"#, bench) == ["hour"])
        #expect(try selected(#"{"last":"1w"}"#, bench) == ["days", "hour"])
    }

    @Test("A range over a date column compares days")
    func dateColumn() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(
            #""resource":"analytics","format":"csv","filters":{"from":"2026-01-03","to":"2026-01-05"}"#)
        let expected = try bench.number(
            "SELECT count(*) FROM analytics WHERE day BETWEEN '2026-01-03' AND '2026-01-05'")
        #expect(expected == 18)
        #expect(run.count("rowsWritten") == expected)
    }

    @Test(
        "A range without rows or sense is refused",
        arguments: [
            #"{"from":"2026-05-01","to":"2026-04-01"}"#, #"{"from":"yesterday"}"#, #"{"last":"30 days"}"#,
            #"{"last":"30d","from":"2026-04-01"}"#, #"{"to":"2026-02-30"}"#, #"{"from":20260401}"#,
        ])
    func refused(_ filters: String) throws {
        let bench = try Workbench(.empty)
        let run = try bench.export(#""resource":"events","format":"csv","filters":\#(filters)"#)
        #expect(run.status == 64)
        #expect(run.failureCode == "spec_invalid")
        #expect(run.errorText.contains("$.filters."))
    }
}

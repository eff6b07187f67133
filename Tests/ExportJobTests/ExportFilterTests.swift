import Formats
import JobCore
import JobRuntime
import Testing

@testable import ExportJob

@Suite("Export filters")
struct ExportFilterTests {
    private static let catalogue = Catalogue(resources: [
        Resource(
            name: "things",
            columns: [
                Column("id", .text), Column("n", .int), Column("price", .decimal), Column("ratio", .double),
                Column("flag", .bool), Column("at", .timestamp), Column("day", .date), Column("code", .uuid),
                Column("data", .json), Column("secret", .text, isWriteOnly: true),
            ], key: ["id"], timeColumn: "at"),
        Resource(
            name: "days", columns: [Column("metric", .text), Column("day", .date)], key: ["metric", "day"],
            timeColumn: "day"),
        Resource(name: "timeless", columns: [Column("id", .text)], key: ["id"], timeColumn: nil),
    ])

    private func filters(_ text: String, resource: String = "things") throws -> (ExportFilters, [String]) {
        let value = try JSONValue(parsing: Array(text.utf8))
        var problems = SpecProblems()
        let resource = try #require(Self.catalogue.resource(resource))
        let filters = ExportFilters(value, resource: resource, problems: &problems)
        return (filters, problems.lines)
    }

    private func conditions(_ text: String, resource: String = "things") throws -> [Condition] {
        let (filters, problems) = try filters(text, resource: resource)
        #expect(problems == [])
        return filters.conditions(at: Instant(seconds: 1_000_000_000))
    }

    private static let n = Operand.column(Column("n", .int))
    private static let id = Operand.column(Column("id", .text))
    private static let plan = Operand.jsonField(Column("data", .json), path: ["plan"])

    private static let good: [(String, [Condition])] = [
        (#"{"n":5}"#, [.compare(n, .equal, .integer(5))]),
        (
            #"{"n":{"gt":-9223372036854775808,"lte":3}}"#,
            [.compare(n, .greater, .integer(.min)), .compare(n, .lessOrEqual, .integer(3))]
        ),
        (
            #"{"n":{"eq":1,"ne":2,"gte":3,"lt":4}}"#,
            [
                .compare(n, .equal, .integer(1)), .compare(n, .notEqual, .integer(2)),
                .compare(n, .greaterOrEqual, .integer(3)),
                .compare(n, .less, .integer(4)),
            ]
        ),
        (#"{"id":["a","b"]}"#, [.anyOf(id, [.text("a"), .text("b")])]), (#"{"id":[]}"#, [.anyOf(id, [])]),
        (#"{"id":{"in":["a"]}}"#, [.anyOf(id, [.text("a")])]), (#"{"id":null}"#, [.isAbsent(id)]),
        (#"{"id":{"eq":null}}"#, [.isAbsent(id)]), (#"{"id":{"ne":null}}"#, [.isPresent(id)]),
        (#"{"id":{"exists":true}}"#, [.isPresent(id)]), (#"{"id":{"exists":false}}"#, [.isAbsent(id)]),
        (#"{"id":{"contains":"%","startsWith":"_"}}"#, [.contains(id, "%"), .startsWith(id, "_")]),
        (#"{"price":1.50}"#, [.compare(.column(Column("price", .decimal)), .equal, .decimal("1.50"))]),
        (#"{"price":"+01.50"}"#, [.compare(.column(Column("price", .decimal)), .equal, .decimal("1.50"))]),
        (
            #"{"price":12345678901234567890123}"#,
            [
                .compare(.column(Column("price", .decimal)), .equal, .decimal("12345678901234567890123"))
            ]
        ),
        (#"{"ratio":{"lt":0.1}}"#, [.compare(.column(Column("ratio", .double)), .less, .double(0.1))]),
        (#"{"flag":{"ne":true}}"#, [.compare(.column(Column("flag", .bool)), .notEqual, .bool(true))]),
        (
            #"{"at":{"gt":"1970-01-01T01:00:00+01:00"}}"#,
            [
                .compare(.column(Column("at", .timestamp)), .greater, .timestamp(Instant(seconds: 0)))
            ]
        ),
        (
            #"{"day":{"lte":"2026-04-30"}}"#,
            [.compare(.column(Column("day", .date)), .lessOrEqual, .date("2026-04-30"))]
        ),
        (
            #"{"code":"{0189F2C47A3B7C008ABCDEF012345678}"}"#,
            [
                .compare(.column(Column("code", .uuid)), .equal, .text("0189f2c4-7a3b-7c00-8abc-def012345678"))
            ]
        ),
        (#"{"data.plan":"growth"}"#, [.compare(plan, .equal, .text("growth"))]),
        (#"{"data.plan":{"gt":1.5}}"#, [.compare(plan, .greater, .double(1.5))]),
        (#"{"data.plan":[1,"a",true]}"#, [.anyOf(plan, [.integer(1), .text("a"), .bool(true)])]),
        (#"{"data.a.b c":null}"#, [.isAbsent(.jsonField(Column("data", .json), path: ["a", "b c"]))]),
    ]

    @Test("Every form of a filter becomes the condition it means")
    func forms() throws {
        for (text, expected) in Self.good { #expect(try conditions(text) == expected, "\(text)") }
    }

    @Test(
        "A filter that cannot be meant is refused with its place",
        arguments: [
            (#"{"n":"5"}"#, #"$.filters.n: found the string "5", expected a 64-bit integer"#),
            (#"{"n":1.5}"#, "64-bit integer"),
            (#"{"n":9223372036854775808}"#, "64-bit integer"), (#"{"n":{"gt":null}}"#, "$.filters.n.gt: found null"),
            (#"{"n":{"contains":"5"}}"#, "$.filters.n.contains: works on text only, column 'n' is int"),
            (#"{"n":{}}"#, "$.filters.n: has no operator"),
            (#"{"n":{"gtt":5}}"#, "unknown operator; did you mean 'gt'?"),
            (#"{"n":[1,"x"]}"#, "$.filters.n[1]: found the string"),
            (#"{"n":{"in":5}}"#, "$.filters.n.in: found the number 5, expected an array"),
            (#"{"n":{"exists":"yes"}}"#, "$.filters.n.exists: found the string"), (#"{"id":5}"#, "expected a string"),
            (#"{"id":{"contains":5}}"#, "$.filters.id.contains"), (#"{"flag":1}"#, "expected true or false"),
            (#"{"flag":{"gt":true}}"#, "a bool column knows eq and ne only"),
            (#"{"price":"1,5"}"#, "or a decimal in a string"),
            (#"{"at":1775001600}"#, "an RFC 3339 timestamp"),
            (#"{"at":"2026-04-01T00:00:00"}"#, "an RFC 3339 timestamp"),
            (#"{"day":"2026-02-30"}"#, "a date such as"), (#"{"day":"2026-04-30T00:00:00Z"}"#, "a date such as"),
            (#"{"code":"x"}"#, "a UUID"), (#"{"data":"x"}"#, "name a field of it, as in data.field"),
            (#"{"data":{"contains":"x"}}"#, "$.filters.data.contains: works on text only, column 'data' is json"),
            (#"{"data":["x"]}"#, "name a field of it, as in data.field"),
            (#"{"id":"a\u0000b"}"#, "$.filters.id: holds a NUL"),
            (#"{"id":{"contains":"\u0000"}}"#, "$.filters.id.contains: holds a NUL"),
            (#"{"id":["a","\u0000"]}"#, "$.filters.id[1]: holds a NUL"),
            (#"{"data.a\u0000b":1}"#, "a field path is"), (#"{"data.plan":"\u0000"}"#, "holds a NUL"),
            (#"{"id.x":1}"#, "column 'id' is text, only json columns have fields"),
            (#"{"data.":1}"#, "a field path is"),
            (#"{"data.a\"b":1}"#, "without quotes"), (#"{"data.a\\b":1}"#, "without quotes"),
            (#"{"data.plan":{"eq":[1]}}"#, "found an array"),
            (#"{"nn":1}"#, "unknown column; did you mean 'n'?"), (#"{"secret":"x"}"#, "unknown column"),
            (#"{"org_id":"x"}"#, "unknown column"),
            (#"{"form":"2026-04-01"}"#, "unknown column; did you mean 'from'?"),
            (#"{"from":5}"#, "$.filters.from: found the number 5, expected a date"),
            (#"{"to":"soon"}"#, "$.filters.to: found"), (#"{"last":"30"}"#, "$.filters.last: found"),
            (#"{"last":30}"#, "expected a span"),
            (#"{"last":"1d","from":"2026-04-01"}"#, "$.filters.last: cannot be combined"),
            (#"{"from":"2026-04-02","to":"2026-04-01"}"#, "$.filters.to: the range is empty"),
            (#"{"from":"2026-04-01T00:00:00Z","to":"2026-04-01T00:00:00Z"}"#, "the range is empty"),
        ])
    func refused(text: String, expected: String) throws {
        let (_, problems) = try filters(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains(expected) == true, "\(problems)")
    }

    @Test("Ten thousand values are possible, one more is not")
    func manyValues() throws {
        let values = (0..<10_000).map { "\($0)" }.joined(separator: ",")
        #expect(try conditions("{\"n\":[\(values)]}").count == 1)
        #expect(try filters("{\"n\":[\(values),1]}").1.count == 1)
    }

    @Test(
        "On a timestamp, a date is the whole day: from its midnight, to the next one; a timestamp is itself",
        arguments: [
            (#"{"from":"2026-04-01"}"#, Comparison.greaterOrEqual, "2026-04-01T00:00:00Z"),
            (#"{"from":"2026-04-01T02:00:00+02:00"}"#, .greaterOrEqual, "2026-04-01T00:00:00Z"),
            (#"{"to":"2026-04-30"}"#, .less, "2026-05-01T00:00:00Z"),
            (#"{"to":"2026-04-30T00:00:00Z"}"#, .less, "2026-04-30T00:00:00Z"),
            (#"{"to":"1969-12-31"}"#, .less, "1970-01-01T00:00:00Z"),
        ])
    func timestampRange(text: String, comparison: Comparison, expected: String) throws {
        let instant = try #require(Timestamp.parse(expected))
        #expect(try conditions(text) == [.compare(.column(Column("at", .timestamp)), comparison, .timestamp(instant))])
    }

    @Test("A day is that of the zone, whole hours or not, summer or winter; a timestamp stays itself")
    func zonedDays() throws {
        let berlin = try ZoneLoader.load("Europe/Berlin")
        for (text, comparison, expected) in [
            (#"{"from":"2026-01-15"}"#, Comparison.greaterOrEqual, "2026-01-14T23:00:00Z"),
            (#"{"to":"2026-03-29"}"#, .less, "2026-03-29T22:00:00Z"),
            (#"{"from":"2026-03-29"}"#, .greaterOrEqual, "2026-03-28T23:00:00Z"),
            (#"{"to":"2026-04-30T00:00:00Z"}"#, .less, "2026-04-30T00:00:00Z"),
        ] {
            var problems = SpecProblems()
            let value = try JSONValue(parsing: Array(text.utf8))
            let filters = ExportFilters(
                value, resource: try #require(Self.catalogue.resource("things")), zone: berlin, problems: &problems)
            let instant = try #require(Timestamp.parse(expected))
            #expect(
                filters.conditions(at: Instant(seconds: 0)) == [
                    .compare(.column(Column("at", .timestamp)), comparison, .timestamp(instant))
                ])
        }
    }

    @Test(
        "On a date column, a day belongs to the range when its midnight does",
        arguments: [
            (#"{"from":"2026-04-01"}"#, Comparison.greaterOrEqual, "2026-04-01"),
            (#"{"to":"2026-04-30"}"#, .less, "2026-05-01"),
            (#"{"from":"2026-04-01T00:00:00Z"}"#, .greaterOrEqual, "2026-04-01"),
            (#"{"from":"2026-04-01T00:00:00.000001Z"}"#, .greaterOrEqual, "2026-04-02"),
            (#"{"to":"2026-04-30T00:00:00Z"}"#, .less, "2026-04-30"),
            (#"{"to":"2026-04-30T12:00:00Z"}"#, .less, "2026-05-01"),
            (#"{"from":"1969-12-31T00:00:00.000001Z"}"#, .greaterOrEqual, "1970-01-01"),
            (#"{"from":"1969-12-30T23:59:59.999999Z"}"#, .greaterOrEqual, "1969-12-31"),
            (#"{"from":"1969-12-31"}"#, .greaterOrEqual, "1969-12-31"),
            (#"{"from":"0001-01-01"}"#, .greaterOrEqual, "0001-01-01"),
        ])
    func dateRange(text: String, comparison: Comparison, expected: String) throws {
        let found = try conditions(text, resource: "days")
        #expect(found == [.compare(.column(Column("day", .date)), comparison, .date(expected))])
    }

    @Test("The last of all days can be the end of a range")
    func lastDay() throws {
        // The day after it has no text; without a bound the last day is in the range.
        #expect(try conditions(#"{"to":"9999-12-31"}"#, resource: "days") == [])
    }

    @Test("A span counts back from the moment the job was asked for")
    func last() throws {
        let (filters, problems) = try filters(#"{"last":"2d","n":1}"#)
        #expect(problems == [])
        let at = Operand.column(Column("at", .timestamp))
        let moment = Instant(seconds: 1_775_044_800)
        #expect(
            filters.conditions(at: moment) == [
                .compare(Self.n, .equal, .integer(1)),
                .compare(at, .greaterOrEqual, .timestamp(moment - .seconds(172_800))),
                .compare(at, .less, .timestamp(moment)),
            ])
    }

    @Test("Rows come by time when a time range selects them, by key otherwise; the key always ends the order")
    func order() throws {
        for (text, resource, expected) in [
            ("{}", "things", ["id"]), (#"{"n":1,"at":{"gt":"2026-04-01"}}"#, "things", ["id"]),
            (#"{"from":"2026-04-01"}"#, "things", ["at", "id"]), (#"{"to":"2026-04-01"}"#, "things", ["at", "id"]),
            (#"{"last":"1d"}"#, "things", ["at", "id"]), ("{}", "days", ["metric", "day"]),
            (#"{"from":"2026-04-01"}"#, "days", ["day", "metric"]), ("{}", "timeless", ["id"]),
        ] {
            let found = try filters(text, resource: resource).0
            #expect(found.order(try #require(Self.catalogue.resource(resource))) == expected)
        }
    }

    @Test("A resource without a time column has no time range", arguments: ["from", "to", "last"])
    func timeless(name: String) throws {
        let problems = try filters("{\"\(name)\":\"2026-04-01\"}", resource: "timeless").1
        #expect(problems == ["$.filters.\(name): resource timeless has no time column"])
    }
}

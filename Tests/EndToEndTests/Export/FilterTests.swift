internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// A filter and the SQL that means the same.
struct FilterCase: CustomTestStringConvertible, Sendable {
    let resource: String
    let filter: String
    let sql: String
    var mayBeEmpty = false

    init(_ resource: String, _ filter: String, _ sql: String, mayBeEmpty: Bool = false) {
        self.resource = resource
        self.filter = filter
        self.sql = sql
        self.mayBeEmpty = mayBeEmpty
    }

    var testDescription: String { "\(resource) \(filter)" }
}

@Suite("Filters")
struct FilterTests {
    private static let comparisons = [
        FilterCase("profiles", #"{"plan":"growth"}"#, "plan = 'growth'"),
        FilterCase("profiles", #"{"plan":["growth","scale"]}"#, "plan IN ('growth', 'scale')"),
        FilterCase("profiles", #"{"plan":{"in":["free"]}}"#, "plan = 'free'"),
        FilterCase("profiles", #"{"plan":[]}"#, "0", mayBeEmpty: true),
        FilterCase("profiles", #"{"country":{"eq":"DE"}}"#, "country = 'DE'"),
        FilterCase("profiles", #"{"country":{"ne":"DE"}}"#, "country IS NOT 'DE'"),
        FilterCase("profiles", #"{"phone":null}"#, "phone IS NULL"),
        FilterCase("profiles", #"{"phone":{"eq":null}}"#, "phone IS NULL"),
        FilterCase("profiles", #"{"phone":{"ne":null}}"#, "phone IS NOT NULL"),
        FilterCase("profiles", #"{"phone":{"ne":"+12025557034"}}"#, "phone IS NOT '+12025557034'"),
        FilterCase("profiles", #"{"phone":{"exists":true}}"#, "phone IS NOT NULL"),
        FilterCase("profiles", #"{"phone":{"exists":false}}"#, "phone IS NULL"),
        FilterCase("profiles", #"{"subscribed":true}"#, "subscribed = 1"),
        FilterCase("profiles", #"{"subscribed":{"ne":true}}"#, "subscribed IS NOT 1"),
        FilterCase("profiles", #"{"lifetime_value":{"gt":99.5}}"#, "CAST(lifetime_value AS REAL) > 99.5"),
        FilterCase("profiles", #"{"lifetime_value":{"gte":"1000"}}"#, "CAST(lifetime_value AS REAL) >= 1000"),
        FilterCase("profiles", #"{"lifetime_value":{"lt":20}}"#, "CAST(lifetime_value AS REAL) < 20"),
        FilterCase("profiles", #"{"lifetime_value":{"lte":4e2}}"#, "CAST(lifetime_value AS REAL) <= 400"),
        FilterCase("profiles", #"{"email":{"contains":".org"}}"#, "instr(email, '.org') > 0"),
        FilterCase("profiles", #"{"email":{"contains":"USER"}}"#, "0", mayBeEmpty: true),
        FilterCase("profiles", #"{"email":{"contains":"%"}}"#, "0", mayBeEmpty: true),
        FilterCase("profiles", #"{"email":{"startsWith":"user1"}}"#, "email GLOB 'user1*'"),
        FilterCase("profiles", #"{"last_name":"O'Neil"}"#, "last_name = 'O''Neil'"),
        FilterCase("profiles", #"{"last_name":"山田"}"#, "last_name = '山田'"),
        FilterCase("profiles", #"{"last_name":"x' OR '1'='1"}"#, "0", mayBeEmpty: true),
        FilterCase("profiles", #"{"id":{"gte":"prof_100500","lt":"prof_100600"}}"#, "substr(id, 9, 1) = '5'"),
        FilterCase("analytics", #"{"value":{"gte":0.25,"lte":0.75}}"#, "value BETWEEN 0.25 AND 0.75"),
        FilterCase("analytics", #"{"day":"2026-01-05"}"#, "day = '2026-01-05'"),
        FilterCase("survey_responses", #"{"score":{"gt":8}}"#, "score > 8"),
        FilterCase("survey_responses", #"{"score":[1,2,3]}"#, "score IN (1, 2, 3)"),
        FilterCase("survey_responses", #"{"answer":{"contains":"\"no\""}}"#, "instr(answer, '\"no\"') > 0"),
        FilterCase("events", #"{"source":"ios","name":["signed_in"]}"#, "source = 'ios' AND name = 'signed_in'"),
        FilterCase("events", #"{"revenue":{"exists":true,"gt":100}}"#, "CAST(revenue AS REAL) > 100"),
    ]

    private static let fields = [
        FilterCase("profiles", #"{"attributes.plan":"growth"}"#, "attributes ->> '$.plan' = 'growth'"),
        FilterCase(
            "profiles", #"{"attributes.plan":["free","scale"]}"#, "attributes ->> '$.plan' IN ('free', 'scale')"),
        FilterCase("profiles", #"{"attributes.plan":{"startsWith":"s"}}"#, "attributes ->> '$.plan' LIKE 's%'"),
        FilterCase("profiles", #"{"attributes.plan":{"contains":"cal"}}"#, "attributes ->> '$.plan' = 'scale'"),
        FilterCase("profiles", #"{"attributes.score":{"gte":50}}"#, "attributes ->> '$.score' >= 50"),
        FilterCase("profiles", #"{"attributes.score":{"lt":7.5}}"#, "attributes ->> '$.score' < 7.5"),
        FilterCase("profiles", #"{"attributes.score":29}"#, "attributes ->> '$.score' = 29"),
        FilterCase("profiles", #"{"attributes.none":{"exists":false}}"#, "1"),
        FilterCase("profiles", #"{"attributes.none":{"exists":true}}"#, "0", mayBeEmpty: true),
        FilterCase("profiles", #"{"attributes.none":null}"#, "1"),
        FilterCase("events", #"{"properties.ok":true,"properties.items":5}"#, "properties ->> '$.items' = 5"),
        FilterCase("events", #"{"properties.ok":{"ne":true}}"#, "0", mayBeEmpty: true),
    ]

    @Test("Every operator selects the rows that SQL selects", arguments: comparisons + fields)
    func operators(_ filter: FilterCase) throws {
        let bench = try Workbench(.small)
        let run = try bench.export(#""resource":"\#(filter.resource)","format":"csv","filters":\#(filter.filter)"#)
        #expect(run.status == 0, "\(run.errorText)")
        let expected = try bench.number("SELECT count(*) FROM \(filter.resource) WHERE \(filter.sql)")
        #expect(run.count("rowsWritten") == expected)
        #expect(filter.mayBeEmpty || expected > 0)
        let key = try #require(run["files.0.key"].string)
        let claim = RowChecker.Claim(
            resource: filter.resource, format: "csv", compression: "none", path: bench.storePath + "/" + key,
            condition: filter.sql)
        let database = bench.folder.path + "/" + Workbench.database
        #expect(try RowChecker.differences([claim], database: database) == "")
    }

    private static let mistakes = [
        (#"{"plans":"growth"}"#, "did you mean 'plan'"), (#"{"plan":{"gtt":"a"}}"#, "did you mean 'gt"),
        (#"{"subscribed":"yes"}"#, "expected true or false"), (#"{"subscribed":{"gt":true}}"#, "eq and ne only"),
        (#"{"lifetime_value":"much"}"#, "decimal"), (#"{"created_at":"soon"}"#, "RFC 3339"),
        (#"{"plan":{"exists":1}}"#, "true or false"), (#"{"plan":{}}"#, "operator"),
        (#"{"plan":{"in":"growth"}}"#, "array"), (#"{"plan.name":"x"}"#, "json"),
        (#"{"attributes":"x"}"#, "field"), (#"{"attributes.":"x"}"#, "field path"),
        (#"{"lifetime_value":{"contains":"1"}}"#, "text"), (#"{"password_hash":{"exists":true}}"#, "unknown column"),
        (#"{"password_hash":{"startsWith":"$2b"}}"#, "unknown column"), (#"{"org_id":"org_other"}"#, "unknown column"),
    ]

    @Test("A filter that makes no sense is refused before anything is read", arguments: mistakes)
    func refused(_ filter: String, _ message: String) throws {
        let bench = try Workbench(.small)
        let run = try bench.export(#""resource":"profiles","format":"csv","filters":\#(filter)"#)
        #expect(run.status == 64)
        #expect(run.failureCode == "spec_invalid")
        #expect(run.errorText.contains(message), "\(run.errorText)")
        #expect(run.output.isEmpty)
        #expect(try bench.objects() == [])
    }
}

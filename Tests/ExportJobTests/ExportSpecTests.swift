import Compression
import Formats
import JobCore
import JobRuntime
import Testing

@testable import ExportJob

@Suite("Export specs")
struct ExportSpecTests {
    static func decode(_ text: String, variables: [String: String] = [:]) throws(JobError) -> ExportSpec {
        try ExportSpec(
            bytes: Array(text.utf8), environment: JobEnvironment(variables: variables), catalogue: .builtIn)
    }

    /// A spec with the given members added to what every spec needs.
    static func decode(members: String) throws(JobError) -> ExportSpec {
        try decode(#"{"orgId":"org_demo","resource":"profiles","format":"csv","# + members + "}")
    }

    @Test("The shortest spec has the documented defaults")
    func defaults() throws {
        let spec = try Self.decode(#"{"orgId":"org_demo","resource":"profiles","format":"jsonl"}"#)
        #expect(spec.common.orgId == "org_demo" && spec.common.resource.name == "profiles")
        #expect(spec.format.name == "jsonl" && spec.compression == .none)
        #expect(spec.columns == spec.common.resource.exportableColumns)
        #expect(!spec.columns.contains { $0.name == "password_hash" })
        #expect(spec.maxFileBytes == nil && spec.limit == nil && spec.downloadURLTTL == 1800)
        let csv = CSVWriterOptions(spec: spec.formatOptions)
        #expect(csv.delimiter == 0x2C && csv.header && !csv.bom && csv.nulls == "")
        #expect(csv.formulas == .raw)
        #expect(spec.filters.conditions(at: Instant(seconds: 0)) == [])
        #expect(spec.filters.order(spec.common.resource) == ["id"])
        #expect(!spec.common.hasOwnJobId && spec.common.notAfter == nil)
    }

    @Test("The example of the contract works as it is")
    func contractExample() throws {
        let spec = try Self.decode(
            #"{"orgId":"org_demo","resource":"events","format":"csv","#
                + #""filters":{"from":"2026-04-01","to":"2026-04-30"}}"#
        )
        let time = Operand.column(Column("occurred_at", .timestamp))
        #expect(
            spec.filters.conditions(at: Instant(seconds: 0)) == [
                .compare(time, .greaterOrEqual, .timestamp(Instant(seconds: 1_775_001_600))),
                .compare(time, .less, .timestamp(Instant(seconds: 1_777_593_600))),
            ])
        #expect(spec.filters.order(spec.common.resource) == ["occurred_at", "id"])
    }

    @Test("Every field is taken as it is written")
    func everyField() throws {
        let spec = try Self.decode(
            """
            {"jobId":"job-1","orgId":"org_demo","resource":"profiles","format":"csv","notAfter":"2030-01-01T00:00:00Z",
             "actor":{"id":"u1","role":"ADMIN","plan":"growth"},"filters":{"plan":"growth"},
             "columns":["email","id"],"compression":"zstd",
             "csv":{"delimiter":"\\t","header":false,"bom":true,"nulls":"\\\\N","formulas":"escape"},
             "maxFileBytes":1024,"limit":0,"shards":1,"downloadUrlTTL":604800}
            """)
        #expect(spec.common.jobId == "job-1" && spec.common.hasOwnJobId)
        #expect(spec.common.notAfter == Timestamp.parse("2030-01-01"))
        #expect(spec.columns.map(\.name) == ["email", "id"])
        #expect(spec.compression == .zstd)
        let csv = CSVWriterOptions(spec: spec.formatOptions)
        #expect(csv.delimiter == 0x09 && !csv.header && csv.bom && csv.nulls == "\\N")
        #expect(csv.formulas == .escape)
        #expect(spec.maxFileBytes == 1024 && spec.limit == 0 && spec.downloadURLTTL == 604_800)
    }

    @Test(
        "Every mistake names its place and what was expected",
        arguments: [
            (#""columns":["emial"]"#, #"$.columns[0]: unknown column the string "emial"; did you mean 'email'?"#),
            (#""columns":["id","id"]"#, "$.columns[1]: column 'id' is there twice"),
            (#""columns":["password_hash"]"#, "$.columns[0]: column that is never exported"),
            (#""columns":[]"#, "$.columns: is empty"), (#""columns":"id""#, "$.columns: found the string \"id\""),
            (#""columns":[1]"#, "$.columns[0]: found the number 1, expected a string"),
            (#""compression":"bzip2""#, "$.compression: found the string \"bzip2\""),
            (#""csv":{"delimiter":";;"}"#, "$.csv.delimiter"), (#""csv":{"delimiter":"\""}"#, "$.csv.delimiter"),
            (#""csv":{"nulls":"a\nb"}"#, "$.csv.nulls: may not hold quotes or line ends"),
            (#""csv":{"nulls":"12345678901234567"}"#, "$.csv.nulls: found"),
            (#""csv":{"formulas":"run"}"#, "$.csv.formulas"), (#""csv":{"headers":true}"#, "did you mean 'header'?"),
            (#""maxFileBytes":1023"#, "$.maxFileBytes: found the number 1023, expected an integer from 1024"),
            (#""limit":-1"#, "$.limit"), (#""limit":1.5"#, "$.limit: found the number 1.5"),
            (#""limit":"1""#, "$.limit"),
            (#""shards":2"#, "$.shards: more than one process is not supported"), (#""shards":0"#, "$.shards"),
            (#""downloadUrlTTL":0"#, "$.downloadUrlTTL"),
            (#""downloadUrlTTL":604801"#, "expected an integer from 1 to 604800"),
            (#""notAfter":"tomorrow""#, "$.notAfter: found the string \"tomorrow\", expected an RFC 3339 timestamp"),
            (#""notify":{"url":"http://example.com"}"#, "$.notify.url: the URL is no https URL"),
            (#""notify":{"url":"https://u:p@example.com"}"#, "$.notify.url: the URL holds a user name or password"),
            (#""notify":{}"#, "$.notify.url"),
            (#""jobId":"-x""#, "$.jobId"), (#""jobId":"../x""#, "$.jobId"),
            (#""filter":{}"#, "$.filter: unknown field; did you mean 'filters'?"),
            (#""sourceKey":"x""#, "$.sourceKey: unknown field"),
        ])
    func mistakes(members: String, expected: String) {
        let error = #expect(throws: JobError.self) { _ = try Self.decode(members: members) }
        #expect(error?.exitCode == .usage)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test(
        "What every spec needs is asked for",
        arguments: [
            ("{}", "$.resource: is missing"), ("{}", "$.orgId: is missing and JOB_ORG_ID is not set"),
            (#"{"orgId":"o","resource":"events"}"#, "$.format: is missing"),
            (#"{"orgId":"o","resource":"event","format":"csv"}"#, #"unknown resource "event"; did you mean 'events'?"#),
            (#"{"orgId":"o o","resource":"events","format":"csv"}"#, "$.orgId: found the string \"o o\""),
            (#"{"orgId":"o","resource":"events","format":"xml"}"#, "$.format: found the string \"xml\""),
            (
                #"{"orgId":"o","resource":"events","format":"json","csv":{"bom":true}}"#,
                "$.csv: has no meaning for the format json"
            ),
            ("[]", "$: found an array of 0, expected an object"), ("1", "$: found the number 1"),
        ])
    func needed(text: String, expected: String) {
        let error = #expect(throws: JobError.self) { _ = try Self.decode(text) }
        #expect(error?.code == .specInvalid && error?.exitCode == .usage)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test("All mistakes come at once, each on its line")
    func allAtOnce() {
        let error = #expect(throws: JobError.self) {
            _ = try Self.decode(members: #""limit":-1,"columns":["nothing_like_it"],"filters":{"plann":1},"shards":3"#)
        }
        #expect(error?.message.hasPrefix("the job spec has 4 mistakes:\n") == true, "\(error?.message ?? "")")
        for place in ["$.limit", "$.columns[0]", "$.filters.plann", "$.shards"] {
            #expect(error?.message.contains("\n  \(place): ") == true)
        }
    }

    @Test("What is no JSON says where", arguments: ["", "{", "{\"a\":1,}", "{\"a\":1} x", "{\"a\":1,\"a\":2}"])
    func noJSON(text: String) {
        let error = #expect(throws: JobError.self) { _ = try Self.decode(text) }
        #expect(error?.exitCode == .usage)
        #expect(error?.code == .specInvalid)
    }

    @Test("Text of a spec in a message is quoted and cut, so that a log stays a log")
    func hostileText() {
        let name = String(repeating: "x", count: 5000) + "\\n\\u001b[31m"
        let error = #expect(throws: JobError.self) {
            _ = try Self.decode(members: "\"\(name)\":1,\"columns\":[\"\(name)\"]")
        }
        #expect((error?.message.utf8.count ?? .max) < 1500)
        #expect(error?.message.contains("\u{1B}") == false)
    }

    @Test("The schema names every field of the contract")
    func schema() {
        let names = ExportSpec.shape.jsonSchema()["properties"]?.members.map(\.name)
        #expect(
            names == [
                "jobId", "orgId", "resource", "format", "actor", "timezone", "notAfter", "notify", "filters", "columns",
                "compression",
                "csv", "maxFileBytes", "limit", "shards", "downloadUrlTTL",
            ])
    }
}

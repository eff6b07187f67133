import Formats
import JobCore
import JobRuntime
import ObjectStorage
import Testing

@testable import ImportJob

@Suite("Import specs")
struct ImportSpecTests {
    static func decode(_ text: String) throws(JobError) -> ImportSpec {
        try ImportSpec(bytes: Array(text.utf8), environment: JobEnvironment(variables: [:]), catalogue: .builtIn)
    }

    /// A spec with the given members added to what every spec needs.
    static func decode(members: String) throws(JobError) -> ImportSpec {
        let comma = members.isEmpty ? "" : ","
        return try decode(#"{"orgId":"org","resource":"contacts","sourceKey":"file.csv""# + comma + members + "}")
    }

    @Test("The shortest spec has the documented defaults")
    func defaults() throws {
        let spec = try Self.decode(members: "")
        #expect(spec.format == nil && spec.formatName == "auto")
        #expect(spec.mapping.rules.isEmpty && spec.mapping.isAutomatic && spec.unmapped == .ignore && !spec.isDryRun)
        #expect(spec.duplicates == .reject && spec.downloadURLTTL == 1800 && spec.namesSource)
        let csv = CSVReaderOptions(spec: spec.options(of: CSVInput()))
        #expect(csv.delimiter == nil && csv.quote == nil && csv.hasHeader && csv.formulas == .unwrap)
        #expect(spec.errorLimit.check(rejected: 1_000_000, read: 1_000_000, isEnd: true) == nil)
        #expect(try spec.sourceKey().text == "org/uploads/file.csv")
    }

    @Test("Every field is taken as it is written")
    func everyField() throws {
        let spec = try Self.decode(
            """
            {"jobId":"j","orgId":"org","resource":"contacts","format":"jsonl","sourceKey":"uploads/a/b.jsonl",
             "mapping":{"Mail":"email","Nr":{"field":"id"}},"unmapped":"error","skipDuplicates":true,"dryRun":true,
             "mode":"insert","atomic":false,"onError":{"policy":"skip","maxErrors":3,"maxErrorRate":0.5},
             "csv":{"delimiter":";","quote":"'","encoding":"utf-8","header":false},"downloadUrlTTL":1}
            """)
        #expect(spec.format?.name == "jsonl" && spec.formatName == "jsonl")
        let rules = spec.mapping.rules
        #expect(rules.map(\.sources) == [["Mail"], ["Nr"]] && rules.map(\.field) == ["email", "id"])
        #expect(spec.unmapped == .error && spec.duplicates == .skip && spec.isDryRun && spec.downloadURLTTL == 1)
        let csv = CSVReaderOptions(spec: spec.options(of: CSVInput()))
        #expect(csv.delimiter == 0x3B && csv.quote == 0x27 && !csv.hasHeader)
        #expect(try spec.sourceKey().text == "org/uploads/a/b.jsonl")
    }

    @Test("Without a source key a job with an id reads the upload of that name")
    func sourceOfJob() throws {
        let spec = try Self.decode(#"{"jobId":"job-7","orgId":"org","resource":"contacts"}"#)
        #expect(!spec.namesSource)
        #expect(try spec.sourceKey().text == "org/uploads/job-7")
        let error = #expect(throws: JobError.self) { _ = try Self.decode(#"{"orgId":"org","resource":"contacts"}"#) }
        #expect(error?.message.contains("$.sourceKey: is missing") == true)
    }

    @Test(
        "A source key cannot leave the uploads of its organisation",
        arguments: [
            "../x", "a/../../b", "/etc/passwd", "uploads/../x", "a//b", "..", "uploads/", "a\\u0000b", "a\\nb",
        ])
    func hostileKeys(key: String) {
        let error = #expect(throws: JobError.self) {
            _ = try Self.decode(#"{"orgId":"org","resource":"contacts","sourceKey":"# + "\"\(key)\"}")
        }
        #expect(error?.code == .specInvalid && error?.message.contains("$.sourceKey") == true)
    }

    @Test(
        "Every mistake names its place and what was expected",
        arguments: [
            (#""mapping":{"a":"emial"}"#, #"$.mapping.a: unknown target field "emial"; did you mean 'email'?"#),
            (#""mapping":{"a":"org_id"}"#, "unknown target field"),
            (#""mapping":{"automatic":false}"#, "$.mapping: maps nothing"),
            (#""mapping":{"id":true}"#, "$.mapping.id: goes to no field"),
            (#""mapping":{"a":{"field":"created_at","generate":"uuid"}}"#, "$.mapping.a.generate: makes a uuid"),
            (#""mapping":{"a":{"field":"attributes.x.y"},"b":"attributes.x"}"#, "$.mapping.b: target field"),
            (#""mapping":{"a":{"field":"attributes.x"},"b":"attributes.x.y"}"#, "$.mapping.b: target field"),
            (#""mapping":{"a":"id","b":"id"}"#, "$.mapping.b: target field 'id' is mapped twice"),
            (#""mapping":{"a":{"feld":"id"}}"#, "$.mapping.a.feld: unknown field; did you mean 'field'?"),
            (#""mapping":{"a":1}"#, "$.mapping.a: found the number 1"),
            (#""unmapped":"keep""#, "$.unmapped: found the string \"keep\""),
            (#""mode":"change""#, "$.mode: found the string"),
            (#""mode":"update","skipDuplicates":true"#, "$.skipDuplicates: has no meaning with mode update"),
            (#""onMatch":{"empty":"clear"}"#, "$.onMatch: has no meaning with mode insert"),
            (#""mode":"upsert","onMatch":{"empty":"keep"}"#, "$.onMatch.empty"),
            (#""mode":"upsert","skipDuplicates":true"#, "$.skipDuplicates: has no meaning with mode upsert"),
            (#""preset":"hubspott""#, "$.preset: found the string"),
            (#""sourceUrl":"https://x""#, "$.sourceUrl: is beside sourceKey; name one source"),
            (#""plan":"j","dryRun":true"#, "$.plan: has no meaning in a dry run"), (#""matchOn":[]"#, "names no field"),
            (#""matchOn":["emial"]"#, "$.matchOn[0]: 'emial' is not a field; did you mean 'email'?"),
            (#""matchOn":["attributes"]"#, "is JSON"), (#""matchOn":["email","email"]"#, "is there twice"),
            (#""sources":["a"]"#, "$.sources: is not supported"),
            (#""onError":{"maxErrors":-1}"#, "$.onError.maxErrors"),
            (#""onError":{"maxErrorRate":1.1}"#, "maxErrorRate"),
            (#""onError":{"policy":"stop"}"#, "$.onError.policy"),
            (#""csv":{"quote":"é"}"#, "expected one ASCII character"),
            (#""csv":{"quote":""}"#, "$.csv.quote"),
            (#""csv":{"delimiter":";","quote":";"}"#, "is the quote character"),
            (#""csv":{"delimiter":"a"}"#, "$.csv.delimiter: found the string"),
            (#""csv":{"encoding":"latin1"}"#, "$.csv.encoding"),
            (#""format":"xlsx""#, "$.format"), (#""skipDuplicates":"yes""#, "expected true or false"),
            (#""columns":["id"]"#, "$.columns: unknown field"),
        ])
    func mistakes(members: String, expected: String) {
        let error = #expect(throws: JobError.self) { _ = try Self.decode(members: members) }
        #expect(error?.code == .specInvalid && error?.exitCode == .usage)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test(
        "A resource that is not for imports is refused",
        arguments: ["audiences", "workflows", "analytics", "survey_responses"])
    func exportOnly(resource: String) {
        let error = #expect(throws: JobError.self) {
            _ = try Self.decode("{\"orgId\":\"org\",\"resource\":\"\(resource)\",\"sourceKey\":\"x\"}")
        }
        #expect(error?.message.contains("resource that has no import") == true)
    }

    @Test("The limit of rejected rows: a number at once, a share from a thousand rows on and at the end")
    func errorLimit() throws {
        func limit(_ text: String) throws -> ErrorLimit { ErrorLimit(try JSONValue(parsing: Array(text.utf8))) }
        let count = try limit(#"{"maxErrors":2}"#)
        #expect(count.check(rejected: 2, read: 2, isEnd: false) == nil)
        let error = count.check(rejected: 3, read: 3, isEnd: false)
        #expect(error?.code == .tooManyRejects && error?.exitCode == .dataError)
        #expect(error?.message == "3 rows rejected, 2 allowed")
        let abort = try limit(#"{"policy":"abort","maxErrors":100}"#)
        #expect(abort.check(rejected: 0, read: 10, isEnd: true) == nil)
        #expect(abort.check(rejected: 1, read: 10, isEnd: false) != nil)
        let rate = try limit(#"{"maxErrorRate":0.1}"#)
        #expect(rate.check(rejected: 999, read: 999, isEnd: false) == nil)
        #expect(rate.check(rejected: 101, read: 1_000, isEnd: false) != nil)
        #expect(rate.check(rejected: 100, read: 1_000, isEnd: false) == nil)
        #expect(rate.check(rejected: 2, read: 10, isEnd: true) != nil)
        #expect(rate.check(rejected: 0, read: 0, isEnd: true) == nil)
        #expect(try limit(#"{"maxErrorRate":0}"#).check(rejected: 1, read: 1, isEnd: true) != nil)
        #expect(ErrorLimit(.null).check(rejected: 5, read: 5, isEnd: true) == nil)
    }
}

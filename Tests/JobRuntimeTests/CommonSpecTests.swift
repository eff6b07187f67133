import Formats
import JobCore
import TestSupport
import Testing

@testable import JobRuntime

@Suite("Fields all specs share")
struct CommonSpecTests {
    static func decode(
        _ text: String, kind: JobKind = .export, variables: [String: String] = [:]
    ) throws -> (CommonSpec?, [String]) {
        var problems = SpecProblems()
        let value = try JSONValue(parsing: Array(text.utf8))
        let spec = try CommonSpec(
            value, kind: kind, environment: JobEnvironment(variables: variables), catalogue: .builtIn,
            problems: &problems)
        return (spec, problems.lines)
    }

    /// A spec without mistakes.
    static func spec(_ text: String, kind: JobKind = .export, variables: [String: String] = [:]) throws -> CommonSpec {
        let (spec, problems) = try decode(text, kind: kind, variables: variables)
        #expect(problems == [])
        return try #require(spec)
    }

    @Test("The organisation comes from the spec or from JOB_ORG_ID, and they must not differ")
    func organisation() throws {
        let resource = #""resource":"events""#
        #expect(try Self.spec("{\"orgId\":\"a\",\(resource)}").orgId == "a")
        #expect(try Self.spec("{\(resource)}", variables: ["JOB_ORG_ID": "b"]).orgId == "b")
        #expect(try Self.spec("{\"orgId\":\"a\",\(resource)}", variables: ["JOB_ORG_ID": "a"]).orgId == "a")
        #expect(
            try Self.decode("{\"orgId\":\"a\",\(resource)}", variables: ["JOB_ORG_ID": "b"]).1
                == ["$.orgId: differs from JOB_ORG_ID"])
        #expect(
            try Self.decode("{\(resource)}", variables: ["JOB_ORG_ID": "../b"]).1.first?.hasPrefix(
                "$.orgId: JOB_ORG_ID is not")
                == true)
        #expect(try Self.decode("{\(resource)}").1 == ["$.orgId: is missing and JOB_ORG_ID is not set"])
        // The shape has said it already, and JOB_ORG_ID is not to blame.
        #expect(try Self.decode("{\"orgId\":\"a b\",\(resource)}").1 == [])
    }

    @Test("A job has the id of its spec, or a fresh one")
    func jobId() throws {
        let own = try Self.spec(#"{"jobId":"j","orgId":"a","resource":"events"}"#)
        #expect(own.jobId == "j" && own.hasOwnJobId)
        let first = try Self.spec(#"{"orgId":"a","resource":"events"}"#)
        let second = try Self.spec(#"{"orgId":"a","resource":"events"}"#)
        #expect(!first.hasOwnJobId && first.jobId != second.jobId && Identifier.isValid(first.jobId))
    }

    @Test("The digest is the same for the same work, and another for any other")
    func digest() throws {
        let base = try Self.spec(#"{"orgId":"a","resource":"events","format":"csv","limit":5}"#).sha256
        #expect(base.count == 64)
        for same in [
            #"{"limit":5,"format":"csv","resource":"events","orgId":"a"}"#,
            #"{ "jobId":"j", "orgId":"a", "resource":"events", "format":"csv", "limit":5 }"#,
            #"{"orgId":"\u0061","resource":"events","format":"csv","limit":5}"#,
        ] { #expect(try Self.spec(same).sha256 == base) }
        let fromVariable = try Self.spec(
            #"{"resource":"events","format":"csv","limit":5}"#, variables: ["JOB_ORG_ID": "a"])
        #expect(fromVariable.sha256 == base)
        for other in [
            #"{"orgId":"b","resource":"events","format":"csv","limit":5}"#,
            #"{"orgId":"a","resource":"profiles","format":"csv","limit":5}"#,
            #"{"orgId":"a","resource":"events","format":"csv","limit":6}"#,
            #"{"orgId":"a","resource":"events","format":"csv"}"#,
        ] { #expect(try Self.spec(other).sha256 != base) }
    }

    @Test("A resource must be one that can go that way")
    func resource() throws {
        #expect(
            try Self.decode(#"{"orgId":"a","resource":"analytics"}"#, kind: .import).1.first?.contains("has no import")
                == true)
        #expect(try Self.spec(#"{"orgId":"a","resource":"analytics"}"#).resource.name == "analytics")
        let (spec, problems) = try Self.decode(#"{"orgId":"a","resource":"profile"}"#)
        #expect(spec == nil)
        #expect(problems == [#"$.resource: unknown resource "profile"; did you mean 'profiles'?"#])
    }

    @Test("The environment has its defaults, and an empty variable counts as not set")
    func environment() {
        let none = JobEnvironment(variables: ["DATABASE_URL": "", "JOB_LEASE_SECONDS": "", "JOB_ORG_ID": ""])
        #expect(none.databaseURL == "sqlite:.data/dataio.sqlite" && none.objectStoreURL == "file:.data/objects")
        #expect(none.usesDefaultDatabase && none.leaseSeconds == 30 && none.orgId == nil && none.logLevel == "info")
        #expect(none.specText == nil && none.catalogueFile == nil)
        for (text, seconds) in [
            ("10", 10.0), ("0", 0.5), ("-5", 0.5), ("1e9", 86_400), ("nan", 30), ("inf", 30), ("soon", 30),
            ("0.75", 0.75),
        ] { #expect(JobEnvironment(variables: ["JOB_LEASE_SECONDS": text]).leaseSeconds == seconds, "\(text)") }
        let set = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:x", "OBJECT_STORE_URL": "file:y", "RESOURCE_CATALOG": "z", "JOB_SPEC": "{}",
            "LOG_LEVEL": "debug",
        ])
        #expect(set.databaseURL == "sqlite:x" && set.objectStoreURL == "file:y" && !set.usesDefaultDatabase)
        #expect(set.catalogueFile == "z" && set.specText == "{}" && set.logLevel == "debug")
    }
}

@Suite("Catalogues of one's own")
struct CatalogueFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ text: String) throws -> Catalogue {
        try folder.write(text, to: "catalogue.json")
        return try CatalogueFile.load(folder.path + "/catalogue.json")
    }

    @Test("Without a file it is the built-in catalogue")
    func builtIn() throws {
        #expect(try CatalogueFile.load(nil) == .builtIn)
    }

    @Test("A good file gives its resources, with the documented defaults")
    func good() throws {
        let found = try load(
            """
            {"resources":[
              {"name":"orders","table":"shop_orders","export":false,"import":true,"key":["region","id"],
               "timeColumn":"at",
               "columns":[{"name":"id","type":"uuid"},{"name":"region","type":"text"},{"name":"at","type":"timestamp"},
                 {"name":"iban","type":"text","personal":true},{"name":"pin","type":"text","writeOnly":true}]},
              {"name":"days","key":["day"],"timeColumn":"day","columns":[{"name":"day","type":"date"}]},
              {"name":"plain","key":["id"],"columns":[{"name":"id","type":"int"}]}]}
            """)
        let orders = Resource(
            name: "orders", table: "shop_orders",
            columns: [
                Column("id", .uuid), Column("region", .text), Column("at", .timestamp),
                Column("iban", .text, isPersonal: true), Column("pin", .text, isWriteOnly: true),
            ], key: ["region", "id"], timeColumn: "at", canExport: false, canImport: true)
        let days = Resource(name: "days", columns: [Column("day", .date)], key: ["day"], timeColumn: "day")
        let plain = Resource(name: "plain", columns: [Column("id", .int)], key: ["id"], timeColumn: nil)
        #expect(found == Catalogue(resources: [orders, days, plain]))
    }

    private static func one(_ members: String) -> String { "{\"resources\":[{\(members)}]}" }

    @Test(
        "Every mistake is a configuration error that names its place",
        arguments: [
            (#"{}"#, "$.resources: is missing"), (#"{"resources":[{}]}"#, "$.resources[0].name: is missing"),
            (one(#""name":"a b","key":["id"],"columns":[]"#), "$.resources[0].name: found the string"),
            (one(#""name":"a","table":"a;b","key":["id"],"columns":[]"#), "$.resources[0].table"),
            (
                one(#""name":"a","key":[],"columns":[{"name":"id","type":"text"}]"#),
                "$.resources[0].key: at least one key column"
            ),
            (
                one(#""name":"a","key":["idd"],"columns":[{"name":"id","type":"text"}]"#),
                "$.resources[0].key: 'idd' is not a column; did you mean 'id'?"
            ),
            (
                one(#""name":"a","key":["id"],"columns":[{"name":"id","type":"txt"}]"#),
                "columns[0].type: found the string \"txt\"; did you mean 'text'?"
            ),
            (
                one(#""name":"a","key":["id"],"columns":[{"name":"id","type":"int"},{"name":"id","type":"int"}]"#),
                "column 'id' is there twice"
            ),
            (
                one(#""name":"a","key":["id"],"columns":[{"name":"id","type":"int"},{"name":"org_id","type":"int"}]"#),
                "reserved"
            ),
            (
                one(#""name":"a","key":["id"],"timeColumn":"id","columns":[{"name":"id","type":"int"}]"#),
                "is not a timestamp or date"
            ),
            (
                one(#""name":"a","key":["id"],"timeColumn":"at","columns":[{"name":"id","type":"int"}]"#),
                "'at' is not a column"
            ),
            (
                one(
                    #""name":"a","key":["id"],"columns":[{"name":"id","type":"int"}]},"#
                        + #"{"name":"a","key":["id"],"columns":[{"name":"id","type":"int"}]"#
                ), "$.resources[1].name: 'a' is there twice"
            ),
            (one(#""name":"a","keys":["id"],"columns":[]"#), "$.resources[0].keys: unknown field; did you mean 'key'?"),
        ])
    func mistakes(text: String, expected: String) {
        let error = #expect(throws: JobError.self) { _ = try load(text) }
        #expect(error?.code == .catalogueInvalid && error?.exitCode == .configuration)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test("A file that is no JSON is a configuration error, one that is not there has no input")
    func unreadable() {
        let error = #expect(throws: JobError.self) { _ = try load("{\"resources\":[") }
        #expect(error?.code == .catalogueInvalid && error?.exitCode == .configuration)
        let other = #expect(throws: JobError.self) { _ = try CatalogueFile.load(folder.path + "/none") }
        #expect(other?.code == .fileUnreadable && other?.exitCode == .noInput)
    }
}

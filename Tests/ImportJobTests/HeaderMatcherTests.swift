import Formats
import JobCore
import JobRuntime
import Testing

@testable import ImportJob

@Suite("Matching of headers")
struct HeaderMatcherTests {
    private func automatic(_ names: [String], _ resource: String = "contacts") throws -> HeaderMatch {
        HeaderMatcher.automatic(sourceColumns: names, resource: try #require(Catalogue.builtIn.resource(resource)))
    }

    private func pairs(_ match: HeaderMatch, _ names: [String]) -> [String: String] {
        var pairs: [String: String] = [:]
        for field in match.fields { pairs[field.target.name] = field.firstSource.map { names[$0] } ?? "" }
        return pairs
    }

    @Test(
        "Names are the same whatever their case and separators",
        arguments: [
            ("first_name", "firstname"), ("First Name", "firstname"), ("firstName", "firstname"),
            ("FIRST-NAME", "firstname"),
            (" first.name* ", "firstname"), ("Prénom", "prénom"), ("column 2", "column2"), ("$%&", ""), ("姓名", "姓名"),
        ])
    func normalise(name: String, expected: String) {
        #expect(HeaderMatcher.normalise(name) == expected)
    }

    @Test("Columns find their fields by name, in any case, and by the other names the world uses")
    func aliases() throws {
        let names = [
            "Record ID", "E-Mail", "Mobile Phone", "Given Name", "SURNAME", "Organization", "Date Added", "Shoe size",
        ]
        let match = try automatic(names)
        #expect(
            pairs(match, names) == [
                "id": "Record ID", "email": "E-Mail", "phone": "Mobile Phone", "first_name": "Given Name",
                "last_name": "SURNAME", "company": "Organization", "created_at": "Date Added",
            ])
        #expect(match.unmapped.map { names[$0] } == ["Shoe size"] && match.ambiguous.isEmpty)
    }

    @Test("The exact name wins over an alias, wherever it stands")
    func exactWins() throws {
        let names = ["uuid", "email address", "id", "email"]
        let match = try automatic(names)
        #expect(pairs(match, names) == ["id": "id", "email": "email"])
        #expect(match.unmapped.map { names[$0] } == ["uuid", "email address"] && match.ambiguous.isEmpty)
    }

    @Test("Two columns with the same right to a field are ambiguous")
    func ambiguous() throws {
        #expect(try automatic(["id", "First Name", "first_name"]).ambiguous.map(\.target) == ["first_name"])
        #expect(try automatic(["id", "mail", "email address"]).ambiguous.map(\.target) == ["email"])
        #expect(try automatic(["id", "first name"]).ambiguous.isEmpty)
    }

    @Test("A column that is a field of its own is no alias of another one")
    func ownColumn() throws {
        let names = ["event id", "profile_id", "event", "timestamp", "amount"]
        let match = try automatic(names, "events")
        #expect(
            pairs(match, names) == [
                "id": "event id", "profile_id": "profile_id", "name": "event", "occurred_at": "timestamp",
                "revenue": "amount",
            ])
        // `profileid` is an alias of `id` elsewhere, but never here.
        #expect(pairs(try automatic(["profile_id"], "events"), ["profile_id"]) == ["profile_id": "profile_id"])
    }

    @Test("The id of a person is the key of a person, and never that of an event")
    func personKey() throws {
        #expect(pairs(try automatic(["user_id"]), ["user_id"]) == ["id": "user_id"])
        #expect(try automatic(["user_id", "event"], "events").fields.map(\.target.name) == ["name"])
    }

    @Test("org_id of a file goes nowhere")
    func organisation() throws {
        let match = try automatic(["org_id", "id", "orgId"])
        #expect(match.fields.map(\.target.name) == ["id"])
        #expect(match.unmapped == [0, 2])
    }
}

@Suite("Resolved mappings")
struct ResolvedMappingTests {
    private func mapping(_ members: String, _ columns: [String], isJSON: Bool = false) throws -> ResolvedMapping {
        try ResolvedMapping(spec: try ImportSpecTests.decode(members: members), columns: columns, isJSON: isJSON)
    }

    private func code(_ members: String, _ columns: [String], isJSON: Bool = false) -> String? {
        do {
            _ = try mapping(members, columns, isJSON: isJSON)
            return nil
        } catch {
            return JobError.wrapping(error).code.rawValue
        }
    }

    @Test("Targets come in the order of the catalogue, with the source of each")
    func order() throws {
        let found = try mapping("", ["Status", "E-Mail", "ID", "Shoe size"])
        #expect(found.columns.map(\.name) == ["id", "email", "status"])
        #expect(found.columns.map { found.sourceName(of: $0.name) } == ["ID", "E-Mail", "Status"])
        #expect(found.sourceName(of: "phone") == nil)
        #expect(found.unmapped == ["Shoe size"])
    }

    @Test("A mapping that cannot be is refused: no key, ambiguous, unmapped, missing")
    func refused() {
        #expect(code("", ["email"]) == "mapping_incomplete")
        #expect(code("", []) == "mapping_incomplete")
        #expect(code(#""mapping":{"mail":"email","automatic":false}"#, ["id", "mail"]) == "mapping_incomplete")
        #expect(code(#""mapping":{"id":null}"#, ["id", "mail"]) == "mapping_incomplete")
        #expect(code("", ["id", "mail", "e mail address", "mail address"]) == "mapping_ambiguous")
        #expect(code("", ["id", "email", "mail", "mail address"]) == nil)
        #expect(code("", ["ID", "id"]) == "mapping_ambiguous")
        #expect(code(#""unmapped":"error""#, ["id", "x"]) == "unmapped_columns")
        #expect(code(#""unmapped":"error""#, ["id", "email"]) == nil)
        #expect(code(#""mapping":{"x":"email","id":"id"}"#, ["id", "mail"]) == "mapping_source_missing")
        #expect(code(#""mapping":{"mail":"email","id":"id"}"#, ["id", "mail", "email address"]) == nil)
    }

    @Test("Objects may bring their keys later: every wanted field is loaded from the start, null until then")
    func json() throws {
        let early = try mapping("", ["email"], isJSON: true)
        let late = try mapping("", ["email", "id", "phone"], isJSON: true)
        let all = try #require(Catalogue.builtIn.resource("contacts")).columns
        #expect(early.columns == all && late.columns == all)
        #expect(early.sourceName(of: "id") == nil && late.sourceName(of: "id") == "id")
        let rest = try mapping(#""mapping":{"Nr":"id"},"unmapped":"attributes""#, ["Nr", "x", "phone"], isJSON: true)
        #expect(rest.columns == all && rest.sourceName(of: "id") == "Nr" && rest.sourceName(of: "phone") == "phone")
        let mapped = try mapping(#""mapping":{"Nr":"id","Mail":"email","automatic":false}"#, ["Nr"], isJSON: true)
        #expect(mapped.columns.map(\.name) == ["id", "email"])
        #expect(mapped.sourceName(of: "id") == "Nr" && mapped.sourceName(of: "email") == nil)
    }

    @Test("The summary names target, source and type of each column")
    func summary() throws {
        let text = try mapping("", ["ID", "x"]).summary(nil).json.serialized()
        #expect(
            text
                == #"{"rows":[],"columns":[{"name":"id","source":"ID","type":"text","by":"name","confidence":0.9}],"unmapped":["x"]}"#
        )
    }
}

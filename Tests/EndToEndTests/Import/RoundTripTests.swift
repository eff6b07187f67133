internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("There and back")
struct RoundTripTests {
    @Test(
        "Rows that are exported, imported and exported again give the same bytes",
        arguments: ["profiles", "events", "contacts"], ["csv", "json", "jsonl"])
    func roundTrip(_ resource: String, _ format: String) throws {
        let source = try Workbench(.small)
        let target = try Workbench(.empty)
        let spec = #""resource":"\#(resource)","format":"\#(format)","compression":"zstd""#
        let first = try source.export(spec)
        #expect(first.count("rowsWritten") > 100)
        try target.upload(source.result(first), as: "rows")
        let load = try target.load(#""resource":"\#(resource)","sourceKey":"uploads/rows""#)
        #expect(load.status == 0, "\(load.messages)")
        #expect(load.count("inserted") == first.count("rowsWritten"))
        #expect(load.count("rejected") == 0)
        let second = try target.export(spec)
        #expect(try source.result(first) == target.result(second))
        // Byte for byte in the table too, but for the hashes, which do not go out.
        let columns = "SELECT * FROM \(resource) ORDER BY id"
        if resource != "profiles" { #expect(try source.sql(columns) == target.sql(columns)) }
    }

    @Test("Null, empty and hard text come back as they were, in every format", arguments: ["csv", "json", "jsonl"])
    func hardText(_ format: String) throws {
        let bench = try Workbench(.empty)
        try bench.sql(
            """
            INSERT INTO contacts (org_id, id, email, phone, first_name, last_name, company, status, tags) VALUES
              ('org_a', 'in  side', NULL, '', 'say "hi"', 'x,y;z', 'a' || char(13, 10) || 'b' || char(10), ' ', '"text"'),
              ('org_a', 'é"', 'é+a@x.org', '""', '=1+1', '''', 'null', 'NULL', 'null'),
              ('org_a', '0\\n', 'a@b.c', char(9), char(8232), '🎈', 'true', '-0', '[1.10, 2e5,  {"b":1,"a":2}]');
            """)
        let first = try bench.export(#""resource":"contacts","format":"\#(format)""#, org: "org_a")
        try bench.upload(bench.result(first), as: "rows", org: "org_b")
        let load = try bench.load(#""resource":"contacts","sourceKey":"rows""#, org: "org_b")
        #expect(load.count("inserted") == 3, "\(load.messages)")
        let second = try bench.export(#""resource":"contacts","format":"\#(format)""#, org: "org_b")
        #expect(try bench.result(first) == bench.result(second))
        let query =
            "SELECT id, quote(email), quote(phone), quote(first_name), quote(company), quote(status) FROM contacts"
        #expect(
            try bench.sql(query + " WHERE org_id = 'org_a' ORDER BY id")
                == bench.sql(query + " WHERE org_id = 'org_b' ORDER BY id"))
    }

    /// JSON of any kind, strings that look like JSON before all.
    private static func randomJSON(_ random: inout SeededRandom, depth: Int = 0) -> JSONValue {
        let pieces = [
            "", " ", "[", "{", "]", "}", "[1]", "{\"a\":1}", "null", "12", "\"", "\\", "\n", "\t", "\u{b}", "é", "x",
        ]
        switch Int.random(in: 0..<(depth > 2 ? 5 : 7), using: &random) {
        case 0: return .bool(Int.random(in: 0..<(2), using: &random) == 0)
        case 1: return .number(["0", "-1.50", "12", "1e3"][Int.random(in: 0..<(4), using: &random)])
        case 2...4:
            return .string(
                (0..<Int.random(in: 0..<(4), using: &random)).map { _ in
                    pieces[Int.random(in: 0..<(pieces.count), using: &random)]
                }.joined())
        case 5:
            return .array(
                (0..<Int.random(in: 0..<(3), using: &random)).map { _ in randomJSON(&random, depth: depth + 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<(3), using: &random)).map {
                    JSONMember("k\($0)", randomJSON(&random, depth: depth + 1))
                })
        }
    }

    @Test(
        "JSON columns come back as they were, strings that look like JSON too", arguments: ["csv", "json", "jsonl"],
        [false, true])
    func json(_ format: String, isServer: Bool) throws {
        var random = SeededRandom(seed: 4)
        let server = isServer ? try PostgreSQLBench() : nil
        let bench = try server?.bench ?? Workbench(.empty)
        let sql = { (text: String) in try server?.sql(text) ?? bench.sql(text) }
        let values = (0..<400).map { number -> String in
            let text = Self.randomJSON(&random).serialized().replacing("'", with: "''")
            return "('org_demo', '\(number)', '\(text)')"
        }
        _ = try sql("INSERT INTO contacts (org_id, id, attributes) VALUES " + values.joined(separator: ","))
        let spec = #""resource":"contacts","format":"\#(format)","columns":["id","attributes"]"#
        let first = try server?.run(.export, spec) ?? bench.export(spec)
        let stored = isServer ? try sql("SELECT id, attributes FROM contacts ORDER BY id") : ""
        try bench.upload(bench.result(first), as: "rows")
        _ = try sql("DELETE FROM contacts")
        let members = #""resource":"contacts","sourceKey":"rows""#
        let load = try server?.run(.import, members) ?? bench.load(members)
        #expect(load.count("inserted") == values.count, "\(load)")
        let second = try server?.run(.export, spec) ?? bench.export(spec)
        #expect(try bench.result(first) == bench.result(second))
        if isServer { #expect(try sql("SELECT id, attributes FROM contacts ORDER BY id") == stored) }
    }

    @Test("Strings of JSON files that hold JSON are taken for it; an export's own are strings")
    func jsonInStrings() throws {
        let bench = try Workbench(.empty)
        let rows = [
            #"{"id":"1","attributes":"{\"a\":1}"}"#, #"{"id":"2","attributes":"\u007b\"a\":1}"}"#,
            #"{"id":"3","attributes":"12"}"#, #"{"id":"4","attributes":""}"#, #"{"id":"5","attributes":" "}"#,
            #"{"id":"6","attributes":null}"#, #"{"id":"7","attributes":"null"}"#,
        ]
        try bench.upload(rows.joined(separator: "\n"), as: "rows")
        let load = try bench.load(#""resource":"contacts","sourceKey":"rows""#)
        #expect(load.count("inserted") == 7, "\(load)")
        #expect(
            try bench.sql("SELECT attributes FROM contacts ORDER BY id")
                == [#"{"a":1}"#, #""{\"a\":1}""#, #""12""#, #""""#, #"" ""#, "", #""null""#].joined(separator: "\n"))
    }
}

internal import Formats
internal import TestSupport
internal import Testing

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
              ('org_a', ' spaced ', NULL, '', 'say "hi"', 'x,y;z', 'a' || char(13, 10) || 'b' || char(10), ' ', '"text"'),
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
}

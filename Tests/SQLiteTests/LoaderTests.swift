import JobCore
import SQLite
import Testing

@Suite("SQLite loader")
struct LoaderTests {
    private static let columns = [Column("id", .text), Column("number", .int), Column("note", .text)]

    @Test("Values of every type come back exactly as they were loaded")
    func roundTrip() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let rows: [[String?]] = [
            [
                "1", "-9223372036854775808", "-0.100", "5e-324", "false", "1969-12-31T23:59:59.999999Z", "0001-01-01",
                "0189f2c4-7a3b-7c00-8abc-def012345678", "{\"a\":\"é\"}", "",
            ],
            [
                "2", "9223372036854775807", "12345678901234567890123", "1.7976931348623157e+308", "true",
                "2026-04-01T00:00:00Z", "9999-12-31", "", "[]", "line\nbreak, \"quote\" \u{0} 🎉",
            ],
            ["3", nil, nil, nil, nil, nil, nil, nil, nil, nil],
        ]
        let loader = try await fixture.database.openLoader(DatabaseFixture.plan())
        #expect(try await loader.begin(columns: DatabaseFixture.resource.columns) == nil)
        #expect(try await loader.load(DatabaseFixture.batch(rows)) == [])
        try await loader.commit(LoadCheckpoint(), rejects: [])
        await loader.close()
        #expect(try await fixture.rows(DatabaseFixture.query(DatabaseFixture.resource.columns.map(\.name))) == rows)
        #expect(
            try fixture.shell("SELECT typeof(at), typeof(flag), length(note) IS NULL FROM things WHERE id = '3';")
                == "null|null|1\n")
    }

    @Test("A row that the database refuses is reported by the kind of constraint; the rows around it are loaded")
    func constraints() async throws {
        let resource = Resource(
            name: "small", columns: [Column("id", .text), Column("number", .int), Column("email", .text)], key: ["id"],
            timeColumn: nil, canImport: true)
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.migrate(Catalogue(resources: []))
        try fixture.shell(
            "CREATE TABLE small (org_id TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL CHECK (number < 100), "
                + "email TEXT UNIQUE, PRIMARY KEY (org_id, id)) STRICT;")
        let loader = try await fixture.database.openLoader(DatabaseFixture.plan(resource: resource))
        _ = try await loader.begin(columns: resource.columns)
        let rows = DatabaseFixture.batch([
            ["a", "1", "a@example.com"], ["b", "100", nil], ["c", nil, nil], ["d", "2", "a@example.com"],
            [nil, "3", nil],
            ["e", "4", nil],
        ])
        #expect(
            try await loader.load(rows) == [
                RowVerdict(row: 1, reason: .constraint("check")), RowVerdict(row: 2, reason: .constraint("not_null")),
                RowVerdict(row: 3, reason: .constraint("unique")), RowVerdict(row: 4, reason: .constraint("not_null")),
            ])
        try await loader.commit(LoadCheckpoint(), rejects: [])
        await loader.close()
        #expect(try fixture.shell("SELECT id FROM small;") == "a\ne\n")
    }

    static func checkpoint(records: Int) -> LoadCheckpoint {
        var checkpoint = LoadCheckpoint()
        checkpoint.records = records
        return checkpoint
    }

    static func reject(_ record: Int, code: String = "invalid_int") -> RejectRecord {
        RejectRecord(
            record: record, line: record + 1, column: "a;b", code: code, message: "expected", fieldCount: 2,
            fields: "x,\"y\nz\"")
    }
}

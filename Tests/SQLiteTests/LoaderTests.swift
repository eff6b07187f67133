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

    @Test("A key that is there already, in the table or earlier in the file, is a duplicate and changes nothing")
    func duplicates() async throws {
        let fixture = try await DatabaseFixture.migrated()
        try fixture.shell("INSERT INTO things (org_id, id, note) VALUES ('org', 'a', 'old'), ('other', 'b', 'theirs');")
        let loader = try await fixture.database.openLoader(DatabaseFixture.plan())
        _ = try await loader.begin(columns: Self.columns)
        let rows = DatabaseFixture.batch([
            ["a", "1", "new"], ["b", "2", "first"], ["b", "3", "second"], ["c", "4", "x"],
        ])
        let expected = [RowVerdict(row: 0, reason: .duplicateKey), RowVerdict(row: 2, reason: .duplicateKey)]
        #expect(try await loader.load(rows) == expected)
        // In the next batch all of them are there.
        #expect(try await loader.load(rows).map(\.row) == [0, 1, 2, 3])
        try await loader.commit(LoadCheckpoint(), rejects: [])
        await loader.close()
        let query = DatabaseFixture.query(["id", "number", "note"])
        #expect(try await fixture.rows(query) == [["a", nil, "old"], ["b", "2", "first"], ["c", "4", "x"]])
        #expect(try fixture.shell("SELECT note FROM things WHERE org_id = 'other';") == "theirs\n")
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

    @Test("Rows, rejects and checkpoint appear together with the commit, not before")
    func oneTransaction() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let loader = try await fixture.database.openLoader(DatabaseFixture.plan())
        _ = try await loader.begin(columns: Self.columns)
        _ = try await loader.load(DatabaseFixture.batch([["a", "1", nil]]))
        let look =
            "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM import_rejects), records FROM import_ledger;"
        #expect(try fixture.shell(look) == "0|0|0\n")
        try await loader.commit(Self.checkpoint(records: 2), rejects: [Self.reject(2)])
        #expect(try fixture.shell(look) == "1|1|2\n")
        await loader.close()
    }

    @Test("What is not committed is rolled back when the loader is closed")
    func rollback() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let loader = try await fixture.database.openLoader(DatabaseFixture.plan())
        _ = try await loader.begin(columns: Self.columns)
        _ = try await loader.load(DatabaseFixture.batch([["a", "1", nil]]))
        try await loader.commit(Self.checkpoint(records: 1), rejects: [])
        _ = try await loader.load(DatabaseFixture.batch([["b", "2", nil]]))
        await loader.close()
        #expect(try await fixture.rows(DatabaseFixture.query(["id"])) == [["a"]])
        let error = await #expect(throws: JobError.self) { _ = try await loader.load(RowBatch(columnCount: 3)) }
        #expect(error?.code == "internal_error")
    }

    @Test("The next attempt gets the checkpoint of the last commit")
    func resume() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let first = try await fixture.database.openLoader(DatabaseFixture.plan())
        #expect(try await first.begin(columns: Self.columns) == nil)
        var checkpoint = Self.checkpoint(records: 9)
        checkpoint.inserted = 4
        checkpoint.updated = 1
        checkpoint.skipped = 2
        checkpoint.rejected = 2
        checkpoint.sourceTag = "tag"
        checkpoint.isComplete = true
        try await first.commit(checkpoint, rejects: [])
        await first.close()
        let second = try await fixture.database.openLoader(DatabaseFixture.plan(attempt: "a2"))
        #expect(try await second.begin(columns: Self.columns) == checkpoint)
        await second.close()
        let stranger = try await fixture.database.openLoader(DatabaseFixture.plan(org: "other"))
        #expect(try await stranger.begin(columns: Self.columns) == nil)
        await stranger.close()
    }

    @Test("After an attempt that ended before its first commit the next one begins from the start")
    func nothingCommitted() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let first = try await fixture.database.openLoader(DatabaseFixture.plan())
        _ = try await first.begin(columns: Self.columns)
        await first.close()
        let second = try await fixture.database.openLoader(DatabaseFixture.plan(attempt: "a2"))
        #expect(try await second.begin(columns: Self.columns) == nil)
        try await second.commit(Self.checkpoint(records: 1), rejects: [])
        await second.close()
        #expect(try fixture.shell("SELECT attempt_id, records FROM import_ledger;") == "a2|1\n")
    }

    @Test("A job that has loaded rows for another spec is refused and left as it is")
    func otherSpec() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let first = try await fixture.database.openLoader(DatabaseFixture.plan())
        _ = try await first.begin(columns: Self.columns)
        try await first.commit(Self.checkpoint(records: 1), rejects: [])
        let second = try await fixture.database.openLoader(DatabaseFixture.plan(sha: "other", attempt: "a2"))
        let error = await #expect(throws: JobError.self) { _ = try await second.begin(columns: Self.columns) }
        #expect(error?.code == "idempotency_mismatch" && error?.exitCode == .usage)
        await second.close()
        try await first.commit(Self.checkpoint(records: 2), rejects: [])
        await first.close()
    }

    @Test("An attempt whose job was taken over cannot commit, and its rows vanish")
    func leaseLost() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let first = try await fixture.database.openLoader(DatabaseFixture.plan())
        _ = try await first.begin(columns: Self.columns)
        let second = try await fixture.database.openLoader(DatabaseFixture.plan(attempt: "a2"))
        _ = try await second.begin(columns: Self.columns)
        _ = try await first.load(DatabaseFixture.batch([["late", "1", nil]]))
        let error = await #expect(throws: JobError.self) {
            try await first.commit(Self.checkpoint(records: 1), rejects: [Self.reject(1)])
        }
        #expect(error?.code == "lease_lost" && error?.exitCode == .temporary)
        await first.close()
        _ = try await second.load(DatabaseFixture.batch([["new", "2", nil]]))
        try await second.commit(Self.checkpoint(records: 1), rejects: [])
        await second.close()
        #expect(try await fixture.rows(DatabaseFixture.query(["id"])) == [["new"]])
        #expect(try fixture.shell("SELECT count(*) FROM import_rejects;") == "0\n")
    }

    @Test("A loader that has not begun refuses to load")
    func notBegun() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let loader = try await fixture.database.openLoader(DatabaseFixture.plan())
        let error = await #expect(throws: JobError.self) { _ = try await loader.load(RowBatch(columnCount: 3)) }
        #expect(error?.code == "internal_error")
        await loader.close()
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

import JobCore
import TestSupport
import Testing

@Suite("Rows found by e-mail address, in every database")
struct MatchTests {
    private static let resource = Resource(
        name: "people",
        columns: [Column("id", .text), Column("email", .text, check: .email), Column("note", .text)], key: ["id"],
        timeColumn: nil, canImport: true)

    private func load(_ fixture: DatabaseFixture, _ rows: [[String?]], _ mode: LoadMode, isDryRun: Bool) async throws
        -> LoadOutcome
    {
        let request = LoadRequest(
            resource: Self.resource, orgId: "org", jobId: "j\(isDryRun)", specSHA256: "s", attemptId: "a1", fence: 1,
            isDryRun: isDryRun, mode: mode, matchOn: ["email"])
        let loader = try await fixture.database.openLoader(request)
        _ = try await loader.begin(columns: Self.resource.columns)
        var outcome = try await loader.load(Things.batch(rows))
        try await loader.commit(Things.checkpoint(records: rows.count, isComplete: true), rejects: nil)
        await loader.close()
        outcome.changes = []
        return outcome
    }

    @Test(
        "Case does not count, against the table and within a file, with an index of lower(email) and without",
        arguments: Backend.allCases, [false, true])
    func caseless(_ backend: Backend, isIndexed: Bool) async throws {
        let fixture = try await DatabaseFixture.migrated(backend, Catalogue(resources: [Self.resource]))
        let rows: [[String?]] = [
            ["8", "ANN@Example.com", "x"], ["9", "Bob@x.y", "first"], ["10", "bob@X.Y", "second"],
            ["11", "ann@example.COM", "y"],
        ]
        for mode in LoadMode.allCases {
            try fixture.shell(
                "DELETE FROM people; DELETE FROM import_ledger; "
                    + "INSERT INTO people (org_id, id, email, note) VALUES ('org', '1', 'ann@Example.com', 'old');"
                    + (isIndexed ? "CREATE INDEX IF NOT EXISTS by_mail ON people (org_id, lower(email));" : ""))
            let dry = try await load(fixture, rows, mode, isDryRun: true)
            let real = try await load(fixture, rows, mode, isDryRun: false)
            #expect(dry == real, "\(mode)")
            let people = try fixture.shell("SELECT id, note FROM people ORDER BY id;")
            switch mode {
            case .insert: #expect(real.inserted == 1 && real.refused.count == 3 && people == "1|old\n9|first")
            case .upsert: #expect(real.inserted == 1 && real.updated == 3 && people == "1|y\n9|second")
            case .update: #expect(real.updated == 2 && real.refused.count == 2 && people == "1|y")
            }
        }
    }

    @Test("Letters that only Unicode takes for the same find nobody, in every database", arguments: Backend.allCases)
    func otherLetters(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend, Catalogue(resources: [Self.resource]))
        try fixture.shell(
            "INSERT INTO people (org_id, id, email, note) VALUES ('org', '1', 'k@b.de', 'a'), ('org', '2', 'i@b.de', 'b'), "
                + "('org', '3', '\u{E4}@b.de', 'c');")
        let rows: [[String?]] = [
            ["8", "\u{212A}@b.de", "x"], ["9", "\u{130}@b.de", "y"], ["10", "\u{C4}@b.de", "z"], ["11", "K@B.de", "w"],
        ]
        let dry = try await load(fixture, rows, .update, isDryRun: true)
        let real = try await load(fixture, rows, .update, isDryRun: false)
        #expect(dry == real)
        #expect(real.updated == 1 && real.refused.map(\.row) == [0, 1, 2])
        #expect(try fixture.shell("SELECT note FROM people ORDER BY id;") == "w\nb\nc")
    }

    @Test("Text with a NUL is refused, never cut", arguments: Backend.allCases)
    func nul(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend, Catalogue(resources: [Self.resource]))
        try fixture.shell("INSERT INTO people (org_id, id, note) VALUES ('org', '1', 'a');")
        let query = RowQuery(
            resource: Self.resource, orgId: "org", columns: Self.resource.columns,
            conditions: [.compare(.column(Self.resource.columns[0]), .equal, .text("1\u{0}x"))])
        let error = await #expect(throws: JobError.self) { _ = try await fixture.rows(query) }
        #expect(error?.code == .nulInValue)
        let loading = await #expect(throws: (any Error).self) {
            _ = try await load(fixture, [["2", "a\u{0}b@x.y", "n"]], .upsert, isDryRun: false)
        }
        #expect((loading as? JobError)?.code == .nulInValue)
    }
}

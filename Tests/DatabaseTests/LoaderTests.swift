import JobCore
import TestSupport
import Testing

@Suite("Loaders of every database")
struct LoaderTests {
    private static let columns = [Column("id", .text), Column("number", .int), Column("note", .text)]

    @Test(
        "A key that is there already, in the table or earlier in the file, is a duplicate and changes nothing",
        arguments: Backend.allCases)
    func duplicates(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell("INSERT INTO things (org_id, id, note) VALUES ('org', 'a', 'old'), ('other', 'b', 'theirs');")
        let loader = try await fixture.database.openLoader(Things.request())
        _ = try await loader.begin(columns: Self.columns)
        let rows = Things.batch([
            ["a", "1", "new"], ["b", "2", "first"], ["b", "3", "second"], ["c", "4", "x"],
        ])
        let expected = [RowVerdict(row: 0, reason: .duplicateKey), RowVerdict(row: 2, reason: .duplicateKey)]
        #expect(try await loader.load(rows) == LoadOutcome(inserted: 2, refused: expected))
        // In the next batch all of them are there.
        #expect(try await loader.load(rows).refused.map(\.row) == [0, 1, 2, 3])
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        let query = Things.query(["id", "number", "note"])
        #expect(try await fixture.rows(query) == [["a", nil, "old"], ["b", "2", "first"], ["c", "4", "x"]])
        #expect(try fixture.shell("SELECT note FROM things WHERE org_id = 'other';") == "theirs")
    }

    @Test("A column whose type changes values is noted, one that keeps them is not", arguments: Backend.allCases)
    func rounding(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let plain = try await fixture.database.openLoader(Things.request(attempt: "a1"))
        _ = try await plain.begin(columns: Self.columns)
        #expect(await plain.notes() == [])
        await plain.close()
        try fixture.shell("ALTER TABLE things DROP COLUMN note; ALTER TABLE things ADD COLUMN note integer;")
        let loader = try await fixture.database.openLoader(Things.request(attempt: "a2"))
        _ = try await loader.begin(columns: Self.columns)
        #expect(await loader.notes().map { "\($0.code) \($0.place)" } == ["column_rounds note"])
        await loader.close()
    }

    @Test(
        "Rows, rejects and checkpoint appear together with the commit, not before",
        arguments: Backend.allCases)
    func oneTransaction(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let loader = try await fixture.database.openLoader(Things.request())
        _ = try await loader.begin(columns: Self.columns)
        _ = try await loader.load(Things.batch([["a", "1", nil]]))
        let look =
            "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM import_rejects), records FROM import_ledger;"
        #expect(try fixture.shell(look) == "0|0|0")
        try await loader.commit(Things.checkpoint(records: 2), rejects: Things.part(2))
        #expect(try fixture.shell(look) == "1|1|2")
        await loader.close()
    }

    @Test(
        "What is not committed is rolled back when the loader is closed",
        arguments: Backend.allCases)
    func rollback(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let loader = try await fixture.database.openLoader(Things.request())
        _ = try await loader.begin(columns: Self.columns)
        _ = try await loader.load(Things.batch([["a", "1", nil]]))
        try await loader.commit(Things.checkpoint(records: 1), rejects: nil)
        _ = try await loader.load(Things.batch([["b", "2", nil]]))
        await loader.close()
        #expect(try await fixture.rows(Things.query(["id"])) == [["a"]])
        let error = await #expect(throws: JobError.self) { _ = try await loader.load(RowBatch(columnCount: 3)) }
        #expect(error?.code == .internalError)
    }

    @Test(
        "The next attempt gets the checkpoint of the last commit",
        arguments: Backend.allCases)
    func resume(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let first = try await fixture.database.openLoader(Things.request())
        #expect(try await first.begin(columns: Self.columns) == nil)
        var checkpoint = Things.checkpoint(records: 9)
        checkpoint.inserted = 4
        checkpoint.updated = 1
        checkpoint.skipped = 2
        checkpoint.rejected = 2
        checkpoint.sourceTag = "tag"
        checkpoint.isComplete = true
        try await first.commit(checkpoint, rejects: nil)
        await first.close()
        let second = try await fixture.database.openLoader(Things.request(attempt: "a2"))
        #expect(try await second.begin(columns: Self.columns) == checkpoint)
        await second.close()
        let stranger = try await fixture.database.openLoader(Things.request(org: "other"))
        #expect(try await stranger.begin(columns: Self.columns) == nil)
        await stranger.close()
    }

    @Test(
        "After an attempt that ended before its first commit the next one begins from the start",
        arguments: Backend.allCases)
    func nothingCommitted(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let first = try await fixture.database.openLoader(Things.request())
        _ = try await first.begin(columns: Self.columns)
        await first.close()
        let second = try await fixture.database.openLoader(Things.request(attempt: "a2"))
        #expect(try await second.begin(columns: Self.columns) == nil)
        try await second.commit(Things.checkpoint(records: 1), rejects: nil)
        await second.close()
        #expect(try fixture.shell("SELECT attempt_id, records FROM import_ledger;") == "a2|1")
    }

    @Test(
        "A job that has loaded rows for another spec is refused and left as it is",
        arguments: Backend.allCases)
    func otherSpec(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let first = try await fixture.database.openLoader(Things.request())
        _ = try await first.begin(columns: Self.columns)
        try await first.commit(Things.checkpoint(records: 1), rejects: nil)
        let second = try await fixture.database.openLoader(Things.request(sha: "other", attempt: "a2"))
        let error = await #expect(throws: JobError.self) { _ = try await second.begin(columns: Self.columns) }
        #expect(error?.code == .idempotencyMismatch && error?.exitCode == .usage)
        await second.close()
        try await first.commit(Things.checkpoint(records: 2), rejects: nil)
        await first.close()
    }

    @Test(
        "An attempt whose job was taken over cannot commit, and its rows vanish",
        arguments: Backend.allCases)
    func leaseLost(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let first = try await fixture.database.openLoader(Things.request())
        _ = try await first.begin(columns: Self.columns)
        let second = try await fixture.database.openLoader(Things.request(attempt: "a2"))
        _ = try await second.begin(columns: Self.columns)
        _ = try await first.load(Things.batch([["late", "1", nil]]))
        let error = await #expect(throws: JobError.self) {
            try await first.commit(Things.checkpoint(records: 1), rejects: Things.part(1))
        }
        #expect(error?.code == .leaseLost && error?.exitCode == .temporary)
        await first.close()
        _ = try await second.load(Things.batch([["new", "2", nil]]))
        try await second.commit(Things.checkpoint(records: 1), rejects: nil)
        await second.close()
        #expect(try await fixture.rows(Things.query(["id"])) == [["new"]])
        #expect(try fixture.shell("SELECT count(*) FROM import_rejects;") == "0")
    }

    @Test(
        "A loader that has not begun refuses to load",
        arguments: Backend.allCases)
    func notBegun(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let loader = try await fixture.database.openLoader(Things.request())
        let error = await #expect(throws: JobError.self) { _ = try await loader.load(RowBatch(columnCount: 3)) }
        #expect(error?.code == .internalError)
        await loader.close()
    }

    @Test("Every value comes back exactly as it was loaded", arguments: Backend.allCases)
    func roundTrip(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let rows: [[String?]] = [
            [
                "1", "-9223372036854775808", "-0.100", "5e-324", "false", "1969-12-31T23:59:59.999999Z", "0001-01-01",
                "0189f2c4-7a3b-7c00-8abc-def012345678", "{\"a\":\"é\"}", "",
            ],
            [
                "2", "9223372036854775807", "12345678901234567890123", "1.7976931348623157e+308", "true",
                "2026-04-01T00:00:00Z", "9999-12-31", "ffffffff-ffff-ffff-ffff-ffffffffffff", "[]",
                "line\nbreak, \"quote\" tab\t back\\slash \\N \r 🎉",
            ],
            ["3", nil, nil, nil, nil, nil, nil, nil, nil, nil],
            ["4", "0", "0.00", "0.0", "true", "0001-01-01T00:00:00Z", nil, nil, "null", "\\N"],
        ]
        let loader = try await fixture.database.openLoader(Things.request())
        #expect(try await loader.begin(columns: Things.resource.columns) == nil)
        #expect(try await loader.load(Things.batch(rows)) == LoadOutcome(inserted: 4))
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        #expect(try await fixture.rows(Things.query(Things.resource.columns.map(\.name))) == rows)
        #expect(try fixture.shell("SELECT at IS NULL, flag IS NULL FROM things WHERE id = '4';").count == 3)
    }

    @Test(
        "A row that the database refuses is reported with its constraint; the rows around it are loaded",
        arguments: Backend.allCases)
    func constraints(_ backend: Backend) async throws {
        let resource = Resource(
            name: "small", columns: [Column("id", .text), Column("number", .int), Column("email", .text)], key: ["id"],
            timeColumn: nil, canImport: true)
        let fixture = try await DatabaseFixture.migrated(backend, Catalogue(resources: []))
        try fixture.shell(
            "CREATE TABLE small (org_id TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL CHECK (number < 100), "
                + "email TEXT UNIQUE, PRIMARY KEY (org_id, id));")
        let loader = try await fixture.database.openLoader(Things.request(resource: resource))
        _ = try await loader.begin(columns: resource.columns)
        let rows = Things.batch([
            ["a", "1", "a@example.com"], ["b", "100", nil], ["c", nil, nil], ["d", "2", "a@example.com"],
            [nil, "3", nil], ["e", "4", nil], ["b", "5", nil], ["a", "6", nil],
        ])
        let outcome = try await loader.load(rows)
        #expect(outcome.inserted == 3 && outcome.updated == 0)
        #expect(outcome.refused.map(\.row) == [1, 2, 3, 4, 7])
        let kinds = ["check", "not_null", "unique", "not_null", "duplicate"]
        for (verdict, kind) in zip(outcome.refused, kinds) {
            switch verdict.reason {
            case .duplicateKey: #expect(kind == "duplicate")
            case .noMatch, .ambiguousMatch: Issue.record("an insert matches nothing")
            case .constraint(let name): #expect(name.hasPrefix(kind), "\(name)")
            }
        }
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        #expect(try fixture.shell("SELECT id, number FROM small ORDER BY id;") == "a|1\nb|5\ne|4")
    }

    @Test("Many refused rows among many good ones: each is found, no good one is lost", arguments: Backend.allCases)
    func manyConstraints(_ backend: Backend) async throws {
        let resource = Resource(
            name: "small", columns: [Column("id", .text), Column("number", .int)], key: ["id"], timeColumn: nil,
            canImport: true)
        let fixture = try await DatabaseFixture.migrated(backend, Catalogue(resources: []))
        try fixture.shell(
            "CREATE TABLE small (org_id TEXT NOT NULL, id TEXT NOT NULL, number INTEGER CHECK (number < 100), "
                + "PRIMARY KEY (org_id, id));")
        let loader = try await fixture.database.openLoader(Things.request(resource: resource))
        _ = try await loader.begin(columns: resource.columns)
        // Single ones, a run, the first and the last row.
        let bad = Set([0, 1, 17, 500, 1234, 4999] + Array(2000..<2300))
        let rows = (0..<5000).map { ["k\($0)", bad.contains($0) ? "100" : "1"] as [String?] }
        let outcome = try await loader.load(Things.batch(rows))
        #expect(outcome.refused.map(\.row) == bad.sorted())
        #expect(outcome.inserted == 5000 - bad.count)
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        #expect(try fixture.shell("SELECT count(*), min(number), max(number) FROM small;") == "4694|1|1")
    }

    @Test(
        "Upsert: the last row with a key wins, in a batch and between batches, and each is counted",
        arguments: Backend.allCases)
    func upsert(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell(
            "INSERT INTO things (org_id, id, number, note) VALUES ('org', 'a', 1, 'old'), ('other', 'b', 2, 'theirs');")
        let loader = try await fixture.database.openLoader(Things.request(mode: .upsert))
        _ = try await loader.begin(columns: Self.columns)
        let first = Things.batch([
            ["a", "10", nil], ["b", "1", "x"], ["b", "2", "y"], ["b", "3", "z"], ["c", "4", "w"], [nil, "5", nil],
        ])
        let outcome = try await loader.load(first)
        #expect(outcome.inserted == 2 && outcome.updated == 3 && outcome.refused.map(\.row) == [5])
        #expect(try await loader.load(Things.batch([["c", "5", "v"]])) == LoadOutcome(updated: 1))
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        let query = Things.query(["id", "number", "note"])
        #expect(try await fixture.rows(query) == [["a", "10", nil], ["b", "3", "z"], ["c", "5", "v"]])
        #expect(try fixture.shell("SELECT note FROM things WHERE org_id = 'other';") == "theirs")
    }

    @Test(
        "An atomic import shows nothing before its last commit, and nothing of it stays without",
        arguments: Backend.allCases)
    func atomic(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let look = "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM import_rejects);"
        for (isComplete, expected) in [(false, "0|0"), (true, "2|1")] {
            let loader = try await fixture.database.openLoader(Things.request(isAtomic: true))
            #expect(try await loader.begin(columns: Self.columns) == nil)
            #expect(await loader.lanes() == 1)
            _ = try await loader.load(Things.batch([["a", "1", nil]]))
            try await loader.commit(Things.checkpoint(records: 1), rejects: Things.part(1))
            #expect(try fixture.shell(look) == "0|0")
            _ = try await loader.load(Things.batch([["b", "2", nil]]))
            try await loader.commit(Things.checkpoint(records: 2, isComplete: isComplete), rejects: nil)
            #expect(try await loader.rejects(after: 0, limit: 5) == [.part(Things.part(1))])
            #expect(try fixture.shell(look) == expected)
            await loader.close()
            #expect(try fixture.shell(look) == expected)
        }
    }
}

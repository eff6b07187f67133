import JobCore
import TestSupport
import Testing

@Suite("Rejects and dry runs of every database")
struct RejectTests {
    @Test(
        "Keys of several columns and types are compared whole, dry and real",
        arguments: Backend.allCases)
    func compositeKey(_ backend: Backend) async throws {
        let analytics = try #require(Catalogue.builtIn.resource("analytics"))
        let fixture = try DatabaseFixture(backend)
        _ = try await fixture.database.migrate(.builtIn)
        try fixture.shell("INSERT INTO analytics VALUES ('org', '2026-04-01', 'visits', 'web', 1.5);")
        let rows = Things.batch([
            ["2026-04-01", "visits", "web", "2.0"], ["2026-04-01", "visits", "ios", "2.0"],
            ["2026-04-02", "visits", "web", "2.0"], ["2026-04-01", "visits", "ios", "3.0"],
        ])
        for isDryRun in [true, false] {
            let request = Things.request(isDryRun: isDryRun, resource: analytics)
            let loader = try await fixture.database.openLoader(request)
            _ = try await loader.begin(columns: analytics.columns)
            #expect(try await loader.load(rows).refused.map(\.row) == [0, 3])
            await loader.close()
        }
    }

    /// A refused row as the version before kept it.
    private static func keep(_ reject: RejectRecord, in fixture: DatabaseFixture) throws {
        let numbers = "\(reject.record), \(reject.line), \(reject.byteOffset)"
        let fields = reject.fields.replacing("'", with: "''")
        try fixture.shell(
            "INSERT INTO import_rejects VALUES ('org', 'job', \(numbers), '\(reject.column)', '\(reject.code)', "
                + "'\(reject.message)', \(reject.fieldCount), '\(fields)');")
    }

    @Test(
        "Where rejects are comes back in pages, in order, and rows that an earlier version kept, until they are discarded",
        arguments: Backend.allCases)
    func paging(_ backend: Backend) async throws {
        let columns = [Column("id", .text), Column("number", .int)]
        let fixture = try await DatabaseFixture.migrated(backend)
        let other = try await fixture.database.openLoader(Things.request(job: "other"))
        _ = try await other.begin(columns: columns)
        try await other.commit(LoadCheckpoint(), rejects: Things.part(1))
        try Self.keep(Things.reject(3), in: fixture)
        try Self.keep(Things.reject(6, code: "ragged_row"), in: fixture)
        let loader = try await fixture.database.openLoader(Things.request())
        _ = try await loader.begin(columns: columns)
        for record in [70, 900] {
            try await loader.commit(LoadCheckpoint(), rejects: Things.part(record, rows: record))
        }
        let all: [KeptReject] = [
            .row(Things.reject(3)), .row(Things.reject(6, code: "ragged_row")), .part(Things.part(70, rows: 70)),
            .part(Things.part(900, rows: 900)),
        ]
        #expect(try await loader.rejects(after: 0, limit: 10) == all)
        #expect(try await loader.rejects(after: 0, limit: 3) == Array(all[..<3]))
        #expect(try await loader.rejects(after: 70, limit: 10) == Array(all[3...]))
        #expect(try await loader.rejects(after: 900, limit: 10) == [])
        let bytes = Things.reject(3).fields.count * 2
        #expect(try await loader.rejectUsage() == RejectUsage(rows: 972, bytes: 97_000 + bytes))
        try await loader.discardRejects()
        #expect(try await loader.rejects(after: 0, limit: 10) == [])
        await loader.close()
        #expect(try await other.rejects(after: 0, limit: 10) == [.part(Things.part(1))])
        await other.close()
    }

    @Test("A dry run keeps nothing in the database, and discards nothing", arguments: Backend.allCases)
    func dryRunKeepsNothing(_ backend: Backend) async throws {
        let columns = [Column("id", .text), Column("number", .int)]
        let fixture = try await DatabaseFixture.migrated(backend)
        try Self.keep(Things.reject(3), in: fixture)
        let loader = try await fixture.database.openLoader(Things.request(isDryRun: true))
        _ = try await loader.begin(columns: columns)
        try await loader.commit(Things.checkpoint(records: 1), rejects: Things.part(1))
        #expect(try await loader.rejects(after: 0, limit: 10) == [])
        #expect(try await loader.rejectUsage() == RejectUsage())
        try await loader.discardRejects()
        await loader.close()
        #expect(try fixture.shell("SELECT count(*) FROM import_rejects;") == "1")
    }

    @Test(
        "Rejects that nobody has gone on with for a week end with the organisation's next import",
        arguments: Backend.allCases)
    func age(_ backend: Backend) async throws {
        let columns = [Column("id", .text), Column("number", .int)]
        let fixture = try await DatabaseFixture.migrated(backend)
        for (org, job) in [("org", "old"), ("org", "young"), ("other", "old")] {
            let loader = try await fixture.database.openLoader(Things.request(org: org, job: job))
            _ = try await loader.begin(columns: columns)
            try await loader.commit(Things.checkpoint(records: 1), rejects: Things.part(1))
            #expect(try await loader.rejectUsage().rows == 1)
            await loader.close()
        }
        for (job, days) in [("old", 8), ("young", 6)] {
            let time = WallClock.now() - .seconds(days * 86_400)
            let value = backend == .sqlite ? "\(time.microseconds)" : "'\(time)'"
            try fixture.shell("UPDATE import_ledger SET updated_at = \(value) WHERE job_id = '\(job)';")
        }
        let next = try await fixture.database.openLoader(Things.request(job: "next"))
        _ = try await next.begin(columns: columns)
        #expect(await next.abandonedJobs() == ["old"])
        for job in ["old", "young"] { try await next.discardRejects(ofAbandoned: job) }
        await next.close()
        let left = try fixture.shell("SELECT org_id, job_id FROM import_rejects ORDER BY org_id, job_id;")
        #expect(left == "org|young\nother|old")
    }

    @Test(
        "A dry run tells what the real run does, in every mode, and writes nothing", arguments: Backend.allCases,
        LoadMode.allCases)
    func dryRun(_ backend: Backend, mode: LoadMode) async throws {
        let columns = [Column("id", .text), Column("number", .int)]
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell("INSERT INTO things (org_id, id) VALUES ('org', 'a'), ('other', 'b');")
        let batches = [
            Things.batch([["a", "1"], ["b", "2"], ["b", "3"], ["c", "4"]]),
            Things.batch([["c", "1"], ["d", "2"], ["a", "3"]]),
        ]
        let dry = try await fixture.database.openLoader(Things.request(isDryRun: true, mode: mode))
        #expect(try await dry.begin(columns: columns) == nil)
        var foretold = [try await dry.load(batches[0]), try await dry.load(batches[1])]
        // Only the dry run tells what would change.
        #expect(foretold.map(\.changes.count) == (mode == .insert ? [0, 0] : [1, 1]))
        for index in foretold.indices {
            foretold[index].changes = []
            foretold[index].repeatedKeys = 0
        }
        try await dry.commit(
            Things.checkpoint(records: 7, isComplete: true), rejects: Things.part(5))
        await dry.close()
        let look =
            "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM import_ledger), "
            + "(SELECT count(*) FROM import_rejects);"
        #expect(try fixture.shell(look) == "2|0|0")
        let real = try await fixture.database.openLoader(Things.request(mode: mode))
        _ = try await real.begin(columns: columns)
        let happened = [try await real.load(batches[0]), try await real.load(batches[1])]
        await real.close()
        #expect(foretold == happened)
        #expect(happened.map(\.inserted) == (mode == .update ? [0, 0] : [2, 1]))
        #expect(happened.map(\.updated) == (mode == .upsert ? [2, 2] : mode == .update ? [1, 1] : [0, 0]))
    }
}

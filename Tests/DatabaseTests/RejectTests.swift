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
            let plan = Things.plan(isDryRun: isDryRun, resource: analytics)
            let loader = try await fixture.database.openLoader(plan)
            _ = try await loader.begin(columns: analytics.columns)
            #expect(try await loader.load(rows).refused.map(\.row) == [0, 3])
            await loader.close()
        }
    }

    @Test(
        "Kept rejects come back in pages, in order, counted by code, until they are discarded",
        arguments: Backend.allCases, [false, true])
    func paging(_ backend: Backend, isDryRun: Bool) async throws {
        let columns = [Column("id", .text), Column("number", .int)]
        let fixture = try await DatabaseFixture.migrated(backend)
        let other = try await fixture.database.openLoader(Things.plan(job: "other"))
        _ = try await other.begin(columns: columns)
        try await other.commit(LoadCheckpoint(), rejects: [Things.reject(1)])
        let loader = try await fixture.database.openLoader(Things.plan(isDryRun: isDryRun))
        _ = try await loader.begin(columns: columns)
        let rejects = (1...25).map { Things.reject($0 * 3, code: $0 % 5 == 0 ? "ragged_row" : "invalid_int") }
        try await loader.commit(LoadCheckpoint(), rejects: Array(rejects[..<20]))
        try await loader.commit(LoadCheckpoint(), rejects: Array(rejects[20...]))
        #expect(try await loader.rejects(after: 0, limit: 10) == Array(rejects[..<10]))
        #expect(try await loader.rejects(after: 60, limit: 10) == Array(rejects[20...]))
        #expect(try await loader.rejects(after: 75, limit: 10) == [])
        #expect(try await loader.rejectCounts() == ["invalid_int": 20, "ragged_row": 5])
        try await loader.discardRejects()
        #expect(try await loader.rejects(after: 0, limit: 10) == [])
        await loader.close()
        #expect(try await other.rejects(after: 0, limit: 10) == [Things.reject(1)])
        await other.close()
    }

    @Test(
        "Rejects that nobody has gone on with for a week end with the organisation's next import",
        arguments: Backend.allCases)
    func age(_ backend: Backend) async throws {
        let columns = [Column("id", .text), Column("number", .int)]
        let fixture = try await DatabaseFixture.migrated(backend)
        for (org, job) in [("org", "old"), ("org", "young"), ("other", "old")] {
            let loader = try await fixture.database.openLoader(Things.plan(org: org, job: job))
            _ = try await loader.begin(columns: columns)
            try await loader.commit(Things.checkpoint(records: 1), rejects: [Things.reject(1)])
            #expect(try await loader.rejectUsage().rows == 1)
            await loader.close()
        }
        let days = { (count: Int64) in WallClock.now() - count * 86_400_000_000 }
        for (job, count) in [("old", Int64(8)), ("young", 6)] {
            let value = backend == .sqlite ? "\(days(count))" : "'\(Timestamp.format(days(count)))'"
            try fixture.shell("UPDATE import_ledger SET updated_at = \(value) WHERE job_id = '\(job)';")
        }
        let next = try await fixture.database.openLoader(Things.plan(job: "next"))
        _ = try await next.begin(columns: columns)
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
        let dry = try await fixture.database.openLoader(Things.plan(isDryRun: true, mode: mode))
        #expect(try await dry.begin(columns: columns) == nil)
        var foretold = [try await dry.load(batches[0]), try await dry.load(batches[1])]
        // Only the dry run tells what would change.
        #expect(foretold.map(\.changes.count) == (mode == .insert ? [0, 0] : [1, 1]))
        for index in foretold.indices {
            foretold[index].changes = []
            foretold[index].repeatedKeys = 0
        }
        try await dry.commit(
            Things.checkpoint(records: 7, isComplete: true), rejects: [Things.reject(5)])
        await dry.close()
        let look =
            "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM import_ledger), "
            + "(SELECT count(*) FROM import_rejects);"
        #expect(try fixture.shell(look) == "2|0|0")
        let real = try await fixture.database.openLoader(Things.plan(mode: mode))
        _ = try await real.begin(columns: columns)
        let happened = [try await real.load(batches[0]), try await real.load(batches[1])]
        await real.close()
        #expect(foretold == happened)
        #expect(happened.map(\.inserted) == (mode == .update ? [0, 0] : [2, 1]))
        #expect(happened.map(\.updated) == (mode == .upsert ? [2, 2] : mode == .update ? [1, 1] : [0, 0]))
    }
}

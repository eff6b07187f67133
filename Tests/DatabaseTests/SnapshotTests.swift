import JobCore
import TestSupport
import Testing

@Suite("Snapshots of every database")
struct SnapshotTests {
    @Test(
        "A snapshot does not change while another process writes",
        arguments: Backend.allCases)
    func oneView(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell("INSERT INTO things (org_id, id) VALUES ('org', 'a'), ('org', 'b');")
        let query = Things.query(["id"])
        let snapshot = try await fixture.database.openSnapshot()
        try fixture.shell("INSERT INTO things (org_id, id) VALUES ('org', 'c'); DELETE FROM things WHERE id = 'a';")
        let before = try await Things.rows(query, in: snapshot)
        #expect(before == [["a"], ["b"]])
        await snapshot.close()
        #expect(try await fixture.rows(query) == [["b"], ["c"]])
        let error = await #expect(throws: JobError.self) { _ = try await snapshot.count(query) }
        #expect(error?.code == .internalError)
    }

    @Test(
        "Many batches arrive complete and in order, and the count agrees",
        arguments: Backend.allCases)
    func manyBatches(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
                + "INSERT INTO things (org_id, id, note) SELECT 'org', substr('000000' || i, length('' || i) + 1), i FROM n; "
                + "ANALYZE;")
        let query = Things.query(["id", "note"])
        let rows = try await fixture.rows(query)
        #expect(rows.count == 30_000)
        let isOrdered = rows.enumerated().allSatisfy { index, row in
            row[0].flatMap { Int($0) } == index + 1 && row[1].flatMap { Int($0) } == index + 1
        }
        #expect(isOrdered)
        let limited = Things.query(["id"], limit: 17)
        #expect(try await fixture.rows(limited).count == 17)
        let snapshot = try await fixture.database.openSnapshot()
        #expect(try await snapshot.count(query) == 30_000)
        #expect(try await snapshot.count(limited) == 17)
        await snapshot.close()
    }

    @Test(
        "An organisation never sees the rows of another, whatever it is called",
        arguments: Backend.allCases)
    func isolation(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell(
            "INSERT INTO things (org_id, id) VALUES ('org', 'mine'), ('other', 'theirs'), ('ORG', 'upper');")
        #expect(try await fixture.rows(Things.query(["id"])) == [["mine"]])
        #expect(try await fixture.rows(Things.query(["id"], org: "x' OR '1'='1")) == [])
        #expect(try await fixture.rows(Things.query(["id"], org: "%")) == [])
        let any = Condition.compare(.column(Column("id", .text)), .notEqual, .text("nothing"))
        #expect(try await fixture.rows(Things.query(["id"], conditions: [any])) == [["mine"]])
    }

    @Test(
        "A reader whose task is cancelled stops",
        arguments: Backend.allCases)
    func cancel(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
                + "INSERT INTO things (org_id, id, note) SELECT 'org', i, '\(String(repeating: "x", count: 100))' FROM n;"
        )
        let snapshot = try await fixture.database.openSnapshot()
        let channel = BoundedChannel<RowBatch>(depth: 1)
        let reader = Task {
            try await snapshot.read(
                Things.query(["id", "note"]), into: channel, pool: Pool { RowBatch(columnCount: 2) },
                progress: ReadProgress())
        }
        _ = try await channel.receive()
        reader.cancel()
        let error = await #expect(throws: (any Error).self) { try await reader.value }
        #expect(error.map { JobError.wrapping($0).code } == .terminated)
        await snapshot.close()
    }
}

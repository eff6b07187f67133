import JobCore
import SQLite
import TestSupport

/// A database file of one test, and the sqlite3 shell as an independent second opinion of it.
struct DatabaseFixture {
    let folder: TemporaryFolder
    let database: SQLiteDatabase

    /// One resource with a column of every type; the key is text.
    static let resource = Resource(
        name: "things",
        columns: [
            Column("id", .text), Column("number", .int), Column("price", .decimal), Column("ratio", .double),
            Column("flag", .bool), Column("at", .timestamp), Column("day", .date), Column("code", .uuid),
            Column("data", .json), Column("note", .text),
        ], key: ["id"], timeColumn: "at", canImport: true)
    static let catalogue = Catalogue(resources: [resource])

    var path: String { folder.path + "/test.sqlite" }

    init() throws {
        folder = try TemporaryFolder()
        database = SQLiteDatabase(path: folder.path + "/test.sqlite")
    }

    /// With the tables of the resource and of the jobs.
    static func migrated() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.migrate(catalogue)
        return fixture
    }

    /// Runs SQL in a process of its own; returns what it prints.
    @discardableResult
    func shell(_ sql: String) throws -> String {
        let result = try ChildProcess.run("sqlite3", ["-batch", path], input: Array(sql.utf8))
        if result.status != 0 { throw ShellFailure(text: result.errorText) }
        return result.text
    }

    struct ShellFailure: Error {
        let text: String
    }

    /// A query for some columns of one organisation.
    static func query(
        _ columns: [String], org: String = "org", conditions: [Condition] = [], order: [String]? = nil,
        limit: Int? = nil
    ) -> RowQuery {
        RowQuery(
            resource: resource, orgId: org, columns: columns.compactMap { resource.column($0) }, conditions: conditions,
            order: order, limit: limit)
    }

    /// All rows of the query in a snapshot of its own.
    func rows(_ query: RowQuery) async throws -> [[String?]] {
        let snapshot = try await database.openSnapshot()
        let rows = try await Self.rows(query, in: snapshot)
        await snapshot.close()
        return rows
    }

    static func rows(_ query: RowQuery, in snapshot: any DatabaseSnapshot) async throws -> [[String?]] {
        let channel = BoundedChannel<RowBatch>(depth: 1)
        let pool = Pool { RowBatch(columnCount: query.columns.count) }
        let reading = Task {
            do {
                try await snapshot.read(query, into: channel, pool: pool, progress: ReadProgress())
            } catch {
                channel.cancel()
                throw error
            }
        }
        let rows = await collect(channel, pool)
        try await reading.value
        return rows
    }

    private static func collect(_ channel: BoundedChannel<RowBatch>, _ pool: Pool<RowBatch>) async -> [[String?]] {
        var rows: [[String?]] = []
        while let batch = try? await channel.receive() {
            for row in 0..<batch.rowCount {
                rows.append((0..<batch.columnCount).map { batch.text(row: row, column: $0) })
            }
            pool.give(batch)
        }
        return rows
    }

    /// A batch of rows as the loader takes them.
    static func batch(_ rows: [[String?]]) -> RowBatch {
        var batch = RowBatch(columnCount: rows.first?.count ?? 0)
        for row in rows {
            for field in row { batch.append(field) }
        }
        return batch
    }

    static func plan(
        org: String = "org", job: String = "job", sha: String = "sha", attempt: String = "a1", isDryRun: Bool = false,
        resource: Resource = Self.resource
    ) -> LoadPlan {
        LoadPlan(
            resource: resource, orgId: org, jobId: job, specSHA256: sha, attemptId: attempt, isDryRun: isDryRun)
    }
}

extension RowLoader {
    /// Loads one batch as a chunk whose turn it is.
    func load(_ rows: RowBatch) async throws -> [RowVerdict] {
        let turn = LoadTurn()
        turn.pass()
        return try await load([rows], lane: 0, turn: turn)[0].refused
    }

    /// Commits on the only lane.
    func commit(_ checkpoint: LoadCheckpoint, rejects: [RejectRecord]) async throws {
        try await commit(checkpoint, rejects: rejects, lane: 0)
    }
}

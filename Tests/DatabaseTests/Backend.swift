import JobCore
import PostgreSQL
import SQLite
import Synchronization
import TestSupport
import Testing

/// The databases that must behave the same.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgresql

    var testDescription: String { rawValue }
}

/// A database of one test, and the shell of its makers as an independent second opinion of it.
final class DatabaseFixture: Sendable {
    /// One resource with a column of every type; the key is text.
    static let resource = Resource(
        name: "things",
        columns: [
            Column("id", .text), Column("number", .int), Column("price", .decimal), Column("ratio", .double),
            Column("flag", .bool), Column("at", .timestamp), Column("day", .date), Column("code", .uuid),
            Column("data", .json), Column("note", .text),
        ], key: ["id"], timeColumn: "at", canImport: true)
    static let catalogue = Catalogue(resources: [resource])

    private static let server = Mutex<PostgreSQLServer?>(nil)
    private static let number = Atomic(0)

    let backend: Backend
    let database: any Database
    private let folder: TemporaryFolder
    private let name: String

    init(_ backend: Backend) throws {
        self.backend = backend
        folder = try TemporaryFolder()
        name = "test\(Self.number.add(1, ordering: .relaxed).newValue)"
        switch backend {
        case .sqlite: database = SQLiteDatabase(path: folder.path + "/test.sqlite")
        case .postgresql:
            let server = try Self.shared()
            try server.psql("CREATE DATABASE \(name)")
            database = try PostgreSQLDatabase(url: server.socketURL(database: name), jobId: "test-job")
        }
    }

    /// With the tables of the resource and of the jobs.
    static func migrated(_ backend: Backend, _ catalogue: Catalogue = catalogue) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture(backend)
        _ = try await fixture.database.migrate(catalogue)
        return fixture
    }

    /// The one server of all tests of this process.
    static func shared() throws -> PostgreSQLServer {
        try server.withLock { server in
            if let server { return server }
            let started = try PostgreSQLServer()
            server = started
            return started
        }
    }

    /// Runs SQL in a process of its own; returns the rows, values separated by `|`.
    @discardableResult
    func shell(_ sql: String) throws -> String {
        if backend == .postgresql { return try Self.shared().psql(sql, database: name) }
        let result = try ChildProcess.run("sqlite3", ["-batch", folder.path + "/test.sqlite"], input: Array(sql.utf8))
        if result.status != 0 { throw ShellFailure(text: result.errorText) }
        return result.text.last == "\n" ? String(result.text.dropLast()) : result.text
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
        mode: LoadMode = .insert, isAtomic: Bool = false, resource: Resource = DatabaseFixture.resource
    ) -> LoadPlan {
        LoadPlan(
            resource: resource, orgId: org, jobId: job, specSHA256: sha, attemptId: attempt, isDryRun: isDryRun,
            mode: mode, isAtomic: isAtomic)
    }

    static func checkpoint(records: Int, isComplete: Bool = false) -> LoadCheckpoint {
        var checkpoint = LoadCheckpoint()
        checkpoint.records = records
        checkpoint.isComplete = isComplete
        return checkpoint
    }

    static func reject(_ record: Int, code: String = "invalid_int") -> RejectRecord {
        RejectRecord(
            record: record, line: record + 1, column: "a;b", code: code, message: "expected", fieldCount: 2,
            fields: "x,\"y\nz\"\t\\")
    }
}

extension RowLoader {
    /// Loads one batch as a chunk whose turn it is.
    func load(_ rows: RowBatch) async throws -> LoadOutcome {
        let turn = LoadTurn()
        turn.pass()
        return try await load([rows], lane: 0, turn: turn)[0]
    }

    /// Commits on the first lane.
    func commit(_ checkpoint: LoadCheckpoint, rejects: [RejectRecord]) async throws {
        try await commit(checkpoint, rejects: rejects, lane: 0)
    }
}

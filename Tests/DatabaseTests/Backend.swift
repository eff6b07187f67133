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
    static func migrated(_ backend: Backend, _ catalogue: Catalogue = Things.catalogue) async throws -> DatabaseFixture
    {
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

    /// All rows of the query in a snapshot of its own.
    func rows(_ query: RowQuery) async throws -> [[String?]] {
        let snapshot = try await database.openSnapshot()
        let rows = try await Things.rows(query, in: snapshot)
        await snapshot.close()
        return rows
    }
}

import JobCore
import SQLite
import TestSupport

/// A database file of one test, and the sqlite3 shell as an independent second opinion of it.
struct DatabaseFixture {
    let folder: TemporaryFolder
    let database: SQLiteDatabase

    var path: String { folder.path + "/test.sqlite" }

    init() throws {
        folder = try TemporaryFolder()
        database = SQLiteDatabase(path: folder.path + "/test.sqlite")
    }

    /// With the tables of the resource and of the jobs.
    static func migrated() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.migrate(Things.catalogue)
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

    /// All rows of the query in a snapshot of its own.
    func rows(_ query: RowQuery) async throws -> [[String?]] {
        let snapshot = try await database.openSnapshot()
        let rows = try await Things.rows(query, in: snapshot)
        await snapshot.close()
        return rows
    }
}

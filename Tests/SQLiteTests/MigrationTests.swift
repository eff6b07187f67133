import JobCore
import SQLite
import TestSupport
import Testing

@Suite("SQLite tables")
struct MigrationTests {
    private static let system = ["import_ledger", "import_rejects", "api_keys", "audit_log"]

    @Test("Migration creates every table of the catalogue and of the jobs, once")
    func migrate() async throws {
        let fixture = try DatabaseFixture()
        let names = Catalogue.builtIn.resources.map(\.table) + Self.system
        #expect(await fixture.database.exists() == false)
        #expect(try await fixture.database.migrate(.builtIn) == names)
        #expect(await fixture.database.exists())
        #expect(try await fixture.database.migrate(.builtIn) == [])
        #expect(try await fixture.database.missingTables(.builtIn) == [])
        #expect(try await fixture.database.missingTables(Things.catalogue) == ["things"])
        #expect(
            try fixture.shell("PRAGMA journal_mode; PRAGMA page_size; PRAGMA integrity_check;") == "wal\n8192\nok\n")
    }

    @Test("What is there stays, what is missing comes")
    func adds() async throws {
        let fixture = try await DatabaseFixture.migrated()
        try fixture.shell("INSERT INTO things (org_id, id) VALUES ('org', 'kept'); DROP TABLE import_rejects;")
        #expect(try await fixture.database.missingTables(Things.catalogue) == ["import_rejects"])
        #expect(try await fixture.database.migrate(Things.catalogue) == ["import_rejects"])
        #expect(try fixture.shell("SELECT id FROM things;") == "kept\n")
    }

    @Test("A view can stand for a table")
    func view() async throws {
        let fixture = try DatabaseFixture()
        try fixture.shell("CREATE TABLE t (org_id, id); CREATE VIEW things AS SELECT * FROM t;")
        #expect(
            try await fixture.database.missingTables(Things.catalogue) == Self.system)
    }

    @Test("Every table of the built-in catalogue has the columns it should, as the sqlite3 shell sees them")
    func columns() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.migrate(.builtIn)
        for resource in Catalogue.builtIn.resources {
            let found = try fixture.shell("SELECT name || ' ' || type FROM pragma_table_info('\(resource.table)');")
            let expected =
                ["org_id TEXT"]
                + resource.columns.map { "\($0.name) \(SQLiteDialect().columnType($0.type, isKey: false))" }
            #expect(found.split(separator: "\n").map(String.init) == expected)
        }
    }
}

@Suite("SQLite failures")
struct SQLiteFailureTests {
    @Test("A missing file and a file of another kind are configuration errors, each with its own code")
    func wrongFiles() async throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "not a database ", count: 100), to: "text")
        for (name, code) in [
            ("missing", ErrorCode.databaseMissing), ("text", .databaseInvalid), (".", .databaseMissing),
        ] {
            let database = SQLiteDatabase(path: folder.path + "/" + name)
            let error = await #expect(throws: JobError.self) { _ = try await database.openSnapshot() }
            #expect(error?.code == code)
            #expect(error?.exitCode == .configuration)
            #expect(error?.description.contains(database.description) == true)
            let other = await #expect(throws: JobError.self) { _ = try await database.missingTables(.builtIn) }
            #expect(other?.code == code)
        }
        #expect(try folder.files() == ["text"])
    }

    @Test("Loading needs the file too, and does not create it")
    func missingForLoader() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.path + "/none")
        let error = await #expect(throws: JobError.self) { _ = try await database.openLoader(Things.request()) }
        #expect(error?.code == .databaseMissing)
        #expect(try folder.files() == [])
    }

    @Test("A table or column that is not there is a configuration error without SQL in its text")
    func missingTable() async throws {
        let fixture = try DatabaseFixture()
        // A column that is missing must not be exported as its own name, nor org_id compared as a text.
        for table in ["things (org_id, id)", "things (number, id)", "other (org_id, id, number)"] {
            try fixture.shell("DROP TABLE IF EXISTS things; CREATE TABLE \(table);")
            if table.hasPrefix("things") { try fixture.shell("INSERT INTO things VALUES ('org_id', 'x');") }
            let error = await #expect(throws: JobError.self) {
                _ = try await fixture.rows(Things.query(["id", "number"], org: "org_id"))
            }
            #expect(error?.code == .databaseStatement && error?.exitCode == .configuration)
            #expect(error?.description.contains("SELECT") == false)
        }
    }

    @Test("A damaged file is found out while it is read")
    func damaged() async throws {
        let fixture = try await DatabaseFixture.migrated()
        try fixture.shell(
            "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
                + "INSERT INTO things (org_id, id, note) SELECT 'org', i, hex(randomblob(50)) FROM n; "
                + "PRAGMA wal_checkpoint(TRUNCATE);")
        var bytes = try fixture.folder.read("test.sqlite")
        for index in 8192 * 6..<bytes.count { bytes[index] = 0xFF }
        try fixture.folder.write(bytes, to: "test.sqlite")
        let error = await #expect(throws: JobError.self) {
            _ = try await fixture.rows(Things.query(["id", "note"]))
        }
        #expect(error?.code == .databaseCorrupt && error?.exitCode == .protocolError)
    }
}

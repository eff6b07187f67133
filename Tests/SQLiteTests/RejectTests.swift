import JobCore
import TestSupport
import Testing

@testable import SQLite

@Suite("SQLite rejects and dry runs")
struct RejectTests {
    private static let columns = [Column("id", .text), Column("number", .int)]

    @Test("A dry run gives the verdicts of the real run and leaves the file as it was")
    func dryRun() async throws {
        let fixture = try await DatabaseFixture.migrated()
        try fixture.shell(
            "INSERT INTO things (org_id, id) VALUES ('org', 'a'), ('other', 'b'); PRAGMA wal_checkpoint(TRUNCATE);")
        let before = try fixture.folder.read("test.sqlite")
        let batches = [
            Things.batch([["a", "1"], ["b", "2"], ["b", "3"], ["c", "4"], [nil, "5"]]),
            Things.batch([["c", "1"], ["d", "2"], ["a", "3"]]),
        ]
        let dry = try await fixture.database.openLoader(Things.request(isDryRun: true))
        #expect(try await dry.begin(columns: Self.columns) == nil)
        var foretold = [try await dry.load(batches[0]), try await dry.load(batches[1])]
        // Only the dry run tells which keys came earlier in the source.
        #expect(foretold.map(\.repeatedKeys) == [1, 2])
        for index in foretold.indices { foretold[index].repeatedKeys = 0 }
        try await dry.commit(Things.checkpoint(records: 8), rejects: Things.part(5))
        await dry.close()
        #expect(try fixture.folder.read("test.sqlite") == before)
        #expect(
            try fixture.shell("SELECT count(*) FROM import_ledger; SELECT count(*) FROM import_rejects;") == "0\n0\n")

        let real = try await fixture.database.openLoader(Things.request())
        _ = try await real.begin(columns: Self.columns)
        let happened = [try await real.load(batches[0]), try await real.load(batches[1])]
        await real.close()
        #expect(foretold == happened)
        #expect(happened.map { $0.refused.map(\.row) } == [[0, 2, 4], [0, 2]])
    }

    @Test("While another process writes for longer than the patience of a connection, the job is to be launched again")
    func busy() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let writer = try Connection(path: fixture.path, access: .readWrite)
        try writer.execute("BEGIN IMMEDIATE")
        let loader = try await fixture.database.openLoader(Things.request())
        let error = await #expect(throws: JobError.self) { _ = try await loader.begin(columns: Self.columns) }
        #expect(error?.code == .databaseBusy && error?.exitCode == .temporary)
        // Readers do not mind.
        #expect(try await fixture.rows(Things.query(["id"])) == [])
        try writer.execute("ROLLBACK")
        #expect(try await loader.begin(columns: Self.columns) == nil)
        await loader.close()
    }

    @Test("A read-only connection writes nothing and says so")
    func readOnly() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let connection = try Connection(path: fixture.path, access: .readOnly)
        let error = #expect(throws: JobError.self) { try connection.execute("DELETE FROM things") }
        #expect(error?.code == .databaseFileReadOnly && error?.exitCode == .notPermitted)
    }

    @Test(
        "Result codes of SQLite have codes and exit codes of their own",
        arguments: [
            (13, "disk_full", ExitCode.osError), (7, "out_of_memory", .osError), (5, "database_busy", .temporary),
            (6, "database_busy", .temporary), (517, "database_busy", .temporary), (15, "database_busy", .temporary),
            (14, "database_missing", .configuration), (8, "database_file_read_only", .notPermitted),
            (3, "database_forbidden", .notPermitted), (23, "database_forbidden", .notPermitted),
            (26, "database_invalid", .configuration), (11, "database_corrupt", .protocolError),
            (10, "database_io", .osError), (3338, "database_io", .osError), (9, "terminated", .terminated),
            (1, "database_statement", .configuration), (21, "database_error", .software),
        ] as [(CInt, String, ExitCode)])
    func resultCodes(number: CInt, code: String, exitCode: ExitCode) {
        let error = SQLiteFailure.make(number, doing: "step", database: "sqlite:x")
        #expect(error.code.rawValue == code && error.exitCode == exitCode)
        #expect(error.message.hasPrefix("sqlite:x: step: "))
    }
}

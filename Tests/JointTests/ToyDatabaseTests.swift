import Formats
import JobCore
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@testable import ExportJob
@testable import ImportJob
@testable import JobRuntime

/// One at a time: runs of jobs take the process's signals.
@Suite("A database that is added from outside", .serialized)
struct ToyDatabaseTests {
    private let files: TemporaryFolder
    private let toy = ToyDatabase()
    private let environment: JobEnvironment
    private let actor = JobActor(id: "u", role: "ADMIN")

    init() async throws {
        files = try TemporaryFolder()
        environment = JobEnvironment(variables: [
            "DATABASE_URL": "toy:mine", "OBJECT_STORE_URL": "file:\(files.path)/objects",
            "JOB_SIGNING_KEY": "0123456789abcdef0123456789abcdef",
        ])
    }

    private func place(_ database: any Database) async throws -> Workplace {
        try await Configuration(
            environment, log: JobLog(level: "critical"), backends: Backends([ToyDriver(database: database)])
        ).open()
    }

    private func run<Work: Job>(_: Work.Type, _ spec: String, on database: any Database) async throws -> Manifest {
        let place = try await place(database)
        var problems = SpecProblems()
        let common = try CommonSpec(
            bytes: Array(spec.utf8), kind: Work.kind, shape: Work.shape, environment: environment,
            catalogue: place.catalogue, problems: &problems)
        let job = try Work(common, problems: &problems)
        return try await JobRunner(job, in: place).run(as: actor).manifest
    }

    @Test("It does what every database does", arguments: DatabaseConformance.checks.map(\.name))
    func conformance(check: String) async throws {
        _ = try await toy.migrate(Things.catalogue)
        let found = try #require(DatabaseConformance.checks.first { $0.name == check })
        #expect(try await found.run(DatabaseConformance(toy)) == [])
    }

    @Test("A file is imported into it, with rejects, and comes out again; the log is kept in it")
    func whole() async throws {
        _ = try await toy.migrate(.builtIn)
        let lines = (1...500).map { "c\($0),u\($0)@example.com,2026-01-01T00:00:00Z" }
        let text = (["id,email,created_at"] + lines + ["c1,again@example.com,", "c600,u@x.de,never"])
            .joined(separator: "\n")
        let place = try await place(toy)
        _ = try await place.store.put(
            Array(text.utf8), at: ObjectKey(validating: "o/uploads/f.csv"), contentType: "text/csv", mode: .overwrite)
        let imported = try await run(
            Import.self, #"{"jobId":"i","orgId":"o","resource":"contacts","sourceKey":"f.csv"}"#, on: toy)
        #expect(imported.status == .completed && imported.outcome == .partial)
        #expect(imported.counts.inserted == 500 && imported.counts.rejected == 2, "\(imported.counts)")
        let exported = try await run(
            Export.self,
            #"{"jobId":"e","orgId":"o","resource":"contacts","format":"csv","columns":["id","email"]}"#, on: toy)
        #expect(exported.counts.rowsWritten == 500)
        let file = try #require(exported.files.first)
        let stored = String(decoding: try files.read("objects/" + file.key), as: UTF8.self)
        #expect(stored.hasPrefix("id,email\nc1,u1@example.com\nc10,u10@example.com\n"), "\(stored.prefix(80))")
        let key = try JobFolder(orgId: "o", jobId: "e")
        #expect(try await Verification(job: StoredJob(key, in: place)).run().count == 1)
        var outcomes: [String] = []
        try await place.audit.show("o", job: nil) { outcomes.append("\($0.event.action) \($0.event.outcome)") }
        #expect(outcomes == ["import started", "import partial", "export started", "export completed"])
        #expect(try toy.change { try $0.records(RecordQuery(["seq"], of: .auditLog, where: [])).count } == 4)
    }

    @Test(
        "A connection that is lost while rejects are published costs no row: the job goes on, or the next launch does",
        arguments: [1, 9])
    func lostWhilePublishing(times: Int) async throws {
        _ = try await toy.migrate(.builtIn)
        let place = try await place(toy)
        _ = try await place.store.put(
            Array("id,email\nc1,a@b.org\n,nobody@b.org\nc2,b@b.org\n".utf8),
            at: ObjectKey(validating: "o/uploads/f.csv"), contentType: "text/csv", mode: .overwrite)
        let spec = #"{"jobId":"i","orgId":"o","resource":"contacts","sourceKey":"f.csv"}"#
        toy.losses.withLock { $0 = times }
        if times > 4 {
            let error = await #expect(throws: JobError.self) { _ = try await run(Import.self, spec, on: toy) }
            #expect(error?.code == .statusUnpublished)
            toy.losses.withLock { $0 = 0 }
        }
        let manifest = try await run(Import.self, spec, on: toy)
        #expect(manifest.status == .completed && manifest.attempt == (times > 4 ? 2 : 1))
        #expect(manifest.counts.inserted == 2 && manifest.counts.rejected == 1 && manifest.rejects?.rows == 1)
    }

    @Test("One that only has rows to export exports them, and keeps the log in the store")
    func sourceOnly() async throws {
        _ = try await toy.migrate(.builtIn)
        let database = ToySource(toy: toy)
        let exported = try await run(
            Export.self, #"{"jobId":"e","orgId":"o","resource":"contacts","format":"jsonl"}"#, on: database)
        #expect(exported.status == .completed)
        var places: [String] = []
        let place = try await place(database)
        try await place.audit.show("o", job: "e") { places.append($0.event.outcome) }
        #expect(places == ["started", "completed"])
        #expect(try await place.store.list(prefix: "o/audit/").contains { $0.key.text.hasSuffix("head.json") })
        _ = try await place.store.put(
            Array("id\n1\n".utf8), at: ObjectKey(validating: "o/uploads/f.csv"), contentType: "text/csv",
            mode: .overwrite)
        let refused = try await run(
            Import.self, #"{"jobId":"i","orgId":"o","resource":"contacts","sourceKey":"f.csv"}"#, on: database)
        #expect(refused.status == .failed && refused.error?.code == "database_read_only", "\(refused.error as Any)")
    }
}

import Formats
import JobCore
import ObjectStorage
import SQLite
import TestSupport
import Testing

@testable import ExportJob
@testable import JobRuntime

@Suite("A format that is added from outside")
struct OutputFormatTests {
    private static let formats = OutputFormats([CSVOutput(), ToyFormat()])
    private let files: TemporaryFolder
    private let environment: JobEnvironment
    private let log = JobLog(level: "critical")

    init() async throws {
        files = try TemporaryFolder()
        environment = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
        ])
        _ = try await SQLiteDatabase(path: files.path + "/db.sqlite").migrate(.builtIn)
        let rows = (1...700).map { "('o', 'c\($0)', \($0 % 3 == 0 ? "NULL" : "'u\($0)@example.com'"))" }
        let filled = try ChildProcess.run(
            "sqlite3",
            [
                files.path + "/db.sqlite",
                "INSERT INTO contacts (org_id, id, email) VALUES " + rows.joined(separator: ","),
            ])
        try #require(filled.status == 0, "\(filled.errorText)")
    }

    private func spec(_ members: String) throws(JobError) -> ExportSpec {
        try ExportSpec(
            bytes: Array(#"{"jobId":"j","orgId":"o","resource":"contacts","format":"lengths"\#(members)}"#.utf8),
            environment: environment, catalogue: .builtIn, formats: Self.formats)
    }

    /// Runs the export as a job does, and stores the manifest that it would have.
    private func export(_ spec: ExportSpec) async throws -> StoredJob {
        let place = try await Configuration(environment, log: log).open()
        let folder = try JobFolder(orgId: "o", jobId: "j")
        let context = JobContext(
            spec: spec.common, place: place, folder: folder, meter: ProgressMeter(), attempt: 1,
            attemptId: "a1-x", createdAt: Instant(seconds: 0), sourceMinimumRate: 0)
        let result = try await ExportPipeline(spec: spec, context: context).run()
        var manifest = Manifest(spec.common, format: spec.format.name, actor: nil, now: WallClock.now())
        manifest.status = .completed
        manifest.files = result.files
        manifest.counts = result.counts
        _ = try await place.store.put(
            manifest.bytes(), at: folder.manifest(), contentType: "application/json", mode: .overwrite)
        return try await StoredJob(folder, in: place)
    }

    @Test(
        "It is exported, named, split, packed and proven like any other",
        arguments: ["", #","compression":"gzip""#, #","maxFileBytes":4096"#])
    func whole(members: String) async throws {
        let job = try await export(spec(#","columns":["id","email"],"lengths":{"title":"mine"}"# + members))
        let file = try #require(job.manifest.files.first)
        let isSplit = members.contains("maxFileBytes")
        #expect(file.contentType == "application/x-lengths" && file.name.hasPrefix("contacts"))
        #expect(file.name.hasSuffix(members.contains("gzip") ? ".lengths.gz" : ".lengths"))
        #expect(job.manifest.files.reduce(0) { $0 + $1.rows } == 700 && (job.manifest.files.count > 1) == isSplit)
        if members.isEmpty {
            let text = String(decoding: try files.read("objects/" + file.key), as: UTF8.self)
            #expect(text.hasPrefix("mine\n2:c114:u1@example.com\n"), "\(text.prefix(60))")
            #expect(text.contains("\n2:c3-\n") && text.hasSuffix("\nend\n"))
        }
        let lines = try await Verification(job: job, formats: Self.formats).run()
        #expect(lines.count == job.manifest.files.count)
        // A version that does not know it says so, and counts nothing.
        let error = await #expect(throws: JobError.self) { _ = try await Verification(job: job).run() }
        #expect(error?.code == .verifyFailed && error?.message.contains("'lengths'") == true)
    }

    @Test("A file that has lost its end is found")
    func damage() async throws {
        let job = try await export(spec(""))
        let key = try #require(job.manifest.files.first?.key)
        try files.write(Array(try files.read("objects/" + key).dropLast(4)), to: "objects/" + key)
        let error = await #expect(throws: JobError.self) {
            _ = try await Verification(job: job, formats: Self.formats).run()
        }
        #expect(error?.code == .verifyFailed)
    }

    @Test(
        "Its options are checked and described as those of the product",
        arguments: [
            (#","lengths":{"title":"a:b"}"#, "$.lengths.title: may not hold a colon"),
            (#","lengths":{"end":1}"#, "$.lengths.end: found the number 1, expected true or false"),
            (#","lengths":{"titel":"x"}"#, "did you mean 'title'?"),
            (#","csv":{"header":false}"#, "$.csv: has no meaning for the format lengths"),
        ])
    func options(members: String, problem: String) {
        let error = #expect(throws: JobError.self) { try spec(members) }
        #expect(error?.code == .specInvalid && error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }

    @Test("The schema names it and its options; the product's does not")
    func schema() throws {
        let own = ExportSpec.shape(Self.formats).schemaDocument(title: "t").serialized()
        #expect(own.contains(#""lengths""#) && own.contains("First line of a file; default toy"))
        #expect(!ExportSpec.shape.schemaDocument(title: "t").serialized().contains("lengths"))
        let error = #expect(throws: JobError.self) {
            try ExportSpec(
                bytes: Array(#"{"orgId":"o","resource":"contacts","format":"lengths"}"#.utf8),
                environment: environment, catalogue: .builtIn)
        }
        let message = error?.message ?? ""
        #expect(message.contains("$.format: ") && message.contains("csv, json, jsonl"), "\(message)")
    }
}

import Formats
import JobCore
import ObjectStorage
import SQLite
import TestSupport
import Testing

@testable import ExportJob
@testable import ImportJob
@testable import JobRuntime

@Suite("Formats of sources that are added from outside")
struct InputFormatTests {
    private static let formats = InputFormats(
        CSVInput(), [JSONInput(.array), JSONInput(.lines), ToyInput(), ToyArchive()])
    private let files: TemporaryFolder
    private let environment: JobEnvironment

    init() async throws {
        files = try TemporaryFolder()
        environment = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
        ])
        _ = try await SQLiteDatabase(path: files.path + "/db.sqlite").migrate(.builtIn)
    }

    private func spec(_ members: String) throws(JobError) -> ImportSpec {
        try ImportSpec(
            bytes: Array(#"{"jobId":"j","orgId":"o","resource":"contacts","sourceKey":"f"\#(members)}"#.utf8),
            environment: environment, catalogue: .builtIn, formats: Self.formats)
    }

    private func context(_ common: CommonSpec) async throws -> JobContext {
        JobContext(
            spec: common, place: try await Configuration(environment, log: JobLog(level: "critical")).open(),
            folder: try JobFolder(orgId: "o", jobId: "j"), meter: ProgressMeter(), attempt: 1, attemptId: "a1-x",
            createdAt: Instant(microseconds: 0), sourceMinimumRate: 0)
    }

    /// Imports the file as a job does.
    private func load(_ file: [UInt8], _ members: String = "") async throws -> JobResult {
        let spec = try spec(members)
        let context = try await context(spec.common)
        _ = try await context.place.store.put(
            file, at: ObjectKey(validating: "o/uploads/f"), contentType: "application/octet-stream", mode: .overwrite)
        let result = try await ImportPipeline(spec: spec, context: context).run()
        if let failure = result.failure { throw failure }
        return result
    }

    /// All contacts, exported as `ToyFormat`.
    private func export() async throws -> [UInt8] {
        let spec = try ExportSpec(
            bytes: Array(
                #"{"jobId":"e","orgId":"o","resource":"contacts","format":"lengths","columns":["id","email"]}"#.utf8),
            environment: environment, catalogue: .builtIn, formats: OutputFormats([ToyFormat()]))
        let result = try await ExportPipeline(spec: spec, context: try await context(spec.common)).run()
        return try files.read("objects/" + #require(result.files.first).key)
    }

    private static let text = Array(
        ("toy\n" + (100..<400).map { "4:c\($0)\($0 % 3 == 0 ? "-" : "13:u\($0)@home.org")\n" }.joined() + "end\n").utf8)

    @Test("Text is recognised, decompressed, mapped and loaded, and comes out as it went in")
    func text() async throws {
        let packed = try ChildProcess.run("gzip", ["-c"], input: Self.text)
        let result = try await load(packed.output, #","lengths":{"columns":"id email"}"#)
        #expect(result.counts.inserted == 300 && result.counts.rejected == 0, "\(result.counts)")
        #expect(String(decoding: try await export(), as: UTF8.self) == String(decoding: Self.text, as: UTF8.self))
        let preview = try await load(packed.output, #","dryRun":true,"lengths":{"columns":"id email"}"#).preview
        #expect(preview?.source?.format == "lengths" && preview?.source?.compression == "gzip")
    }

    @Test("A file that is no text is read where its reader likes", arguments: [1, 2500])
    func sought(rows: Int) async throws {
        let file = ToyArchive.file(["email", "id"], (0..<rows).map { ["u\($0)@home.org", "c\($0)"] })
        let result = try await load(file)
        #expect(result.counts.inserted == rows && result.counts.rejected == 0, "\(result.counts)")
        #expect(String(decoding: try await export(), as: UTF8.self).hasPrefix("toy\n2:c011:u0@home.org\n"))
        let preview = try await load(file, #","dryRun":true,"format":"archive""#).preview
        #expect(preview?.source?.format == "archive" && preview?.source?.encoding == nil)
    }

    @Test("A source that is on this machine's disk already is not copied once more")
    func soughtInCopy() async throws {
        let file = ToyArchive.file(["id", "email"], (0..<300).map { ["c\($0)", "u\($0)@home.org"] })
        let copy = try SourceSpool(for: .atomicImport)
        try await copy.append(file)
        let channel = BoundedChannel<SourceBatch>(depth: 100)
        let parser = SourceParser(
            spec: try spec(""), channel: channel, pool: Pool { SourceBatch() }, traits: SourceTraits(),
            heavy: HeavyBatches(), copy: copy)
        for start in stride(from: 0, to: file.count, by: 1000) {
            try await parser.consume(Array(file[start..<min(start + 1000, file.count)]))
        }
        try await parser.finish()
        channel.finish()
        var rows = 0
        while let batch = try await channel.receive() { rows += batch.rows.rowCount }
        #expect(rows == 300)
        #expect(await copy.contents.size == file.count)
    }

    @Test("What its reader finds wrong ends the job")
    func damage() async throws {
        let error = await #expect(throws: JobError.self) {
            try await load(Array(Self.text.dropLast(9)), #","lengths":{"columns":"id email"}"#)
        }
        #expect(error?.code == .sourceTruncated)
        #expect(try await export() == Array("toy\nend\n".utf8))
    }

    @Test(
        "Its options are checked and described as those of the product",
        arguments: [
            (#","lengths":{"columns":"a,b"}"#, "$.lengths.columns: may not hold a comma"),
            (#","lengths":{"columns":1}"#, "$.lengths.columns: found the number 1"),
            (#","lengths":{"colums":"x"}"#, "did you mean 'columns'?"),
            (#","format":"length""#, "did you mean 'lengths'?"),
            (#","format":"lengths","path":"a""#, "$.path: has no meaning with format lengths"),
        ])
    func options(members: String, problem: String) {
        let error = #expect(throws: JobError.self) { try spec(members) }
        #expect(error?.code == .specInvalid && error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }

    @Test("The schema names it and its options; the product's does not")
    func schema() {
        let own = ImportSpec.shape(Self.formats).schemaDocument(title: "t").serialized()
        #expect(own.contains(#""archive""#) && own.contains("Names of the columns, separated by blanks"))
        #expect(!ImportSpec.shape.schemaDocument(title: "t").serialized().contains("lengths"))
    }
}

import JobCore
import ObjectStorage
import Synchronization

@testable import JobRuntime

/// A kind of job that stores a text, and what was asked of it.
struct ToyJob: Job {
    static let kind = JobKind.import
    static let shape = SpecType.object(CommonSpec.fields(formats: ["text"]))
    static let abstract = "Does next to nothing."
    static let discussion = ""

    /// What the runtime has had of the job.
    final class Diary: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func write(_ line: String) { lines.withLock { $0.append(line) } }
    }

    let spec: CommonSpec
    let diary = Diary()
    var format: String { "text" }
    let commitsRows = false
    /// What it ends with instead of a result.
    var failure: JobError?

    init(_ spec: CommonSpec, problems: inout SpecProblems) throws(JobError) { self.spec = spec }

    init(_ text: String, failing failure: JobError? = nil) throws {
        spec = try CommonSpecTests.spec(text, kind: .import)
        self.failure = failure
    }

    func work(in context: JobContext) async throws -> JobResult {
        diary.write("work \(context.attempt)")
        _ = try await context.place.store.put(
            [0x78], at: context.key("toy.txt"), contentType: "text/plain", mode: .overwrite)
        if let failure { throw failure }
        return JobResult()
    }

    func forget(_ manifest: Manifest, in place: Workplace) async throws {
        diary.write("forget \(manifest.status.rawValue)")
    }
}

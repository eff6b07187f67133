import Formats
import JobCore
import ObjectStorage
import Signing
import TestSupport
import Testing

@testable import JobRuntime

@Suite("Jobs seen from outside")
struct StoredJobTests {
    private static let csv = "id,note\n1,\"a\nb\"\n2,\n3,\"x, y\"\n"
    private let files: TemporaryFolder
    private let environment: JobEnvironment
    private let log = JobLog(level: "critical")

    init() throws {
        files = try TemporaryFolder()
        environment = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
        ])
    }

    private func place() async throws -> Workplace { try await Configuration(environment, log: log).open() }

    private func job() async throws -> StoredJob {
        try await StoredJob(JobFolder(orgId: "o", jobId: "j"), in: place())
    }

    /// Stores a manifest, and the file it speaks of.
    private func store(_ status: Manifest.Status, change: (inout Manifest) -> Void = { _ in }) async throws {
        let spec = try CommonSpecTests.spec(#"{"jobId":"j","orgId":"o","resource":"events","format":"csv"}"#)
        var manifest = Manifest(spec, format: "csv", actor: nil, now: WallClock.now())
        manifest.status = status
        manifest.attempt = 1
        manifest.attemptId = "a1-x"
        let bytes = Array(Self.csv.utf8)
        manifest.files = [
            ResultFile(
                key: "o/jobs/j/a1-x/events.csv", name: "events.csv", rows: 3, bytes: bytes.count,
                sha256: SHA256Digest.of(bytes).hex, contentType: "text/csv", compression: "none")
        ]
        manifest.counts.rowsWritten = 3
        change(&manifest)
        let store = try await place().store
        let folder = try JobFolder(orgId: "o", jobId: "j")
        _ = try await store.put(
            bytes, at: folder.data(attemptId: "a1-x", name: "events.csv"), contentType: "text/csv", mode: .overwrite)
        _ = try await store.put(
            manifest.bytes(), at: folder.manifest(), contentType: "application/json", mode: .overwrite)
    }

    private static let dataFile = "objects/o/jobs/j/a1-x/events.csv"

    @Test("A job that is not there is no input")
    func missing() async throws {
        let error = await #expect(throws: JobError.self) { _ = try await job() }
        #expect(error?.code == .jobNotFound && error?.exitCode == .noInput)
    }

    @Test("An untouched result is proven: rows, bytes, SHA-256")
    func verified() async throws {
        try await store(.completed)
        let lines = try await Verification(job: job()).run()
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("ok  events.csv  3 rows  \(Self.csv.utf8.count) bytes  sha256 ") == true)
    }

    @Test(
        "A result that was changed in any way is not",
        arguments: [
            csv.replacing("x, y", with: "x, z"), csv + "4,\n", String(csv.dropLast()), String(csv.dropLast(3)), "",
            "id,note\n",
            csv.replacing("1,", with: "1,,"), "\u{0}",
        ])
    func tampered(text: String) async throws {
        try await store(.completed)
        try files.write(text, to: Self.dataFile)
        let stored = try await job()
        let error = await #expect(throws: JobError.self) { _ = try await Verification(job: stored).run() }
        #expect(error?.code == .verifyFailed && error?.exitCode == .protocolError)
        #expect(error?.message.contains("events.csv") == true)
    }

    @Test("Neither is one that is gone, or whose manifest tells other numbers")
    func otherNumbers() async throws {
        try await store(.completed)
        #expect(try ChildProcess.run("rm", [Self.dataFile], workingFolder: files.path).status == 0)
        let stored = try await job()
        let error = await #expect(throws: JobError.self) { _ = try await Verification(job: stored).run() }
        #expect(error?.code == .verifyFailed)
        try await store(.completed) { $0.files[0].rows = 4 }
        let rows = try await job()
        let second = await #expect(throws: JobError.self) { _ = try await Verification(job: rows).run() }
        #expect(second?.code == .verifyFailed && second?.message == "events.csv holds 3 rows, not 4")
        try await store(.completed) { $0.counts.rowsWritten = 2 }
        let total = try await job()
        let third = await #expect(throws: JobError.self) { _ = try await Verification(job: total).run() }
        #expect(third?.code == .verifyFailed && third?.message == "the files hold 3 rows, the manifest says 2")
    }

    @Test("The rejects of an import are proven too, whatever separated its source", arguments: ["auto", ";"])
    func rejects(delimiter: String) async throws {
        let spec = try CommonSpecTests.spec(
            #"{"jobId":"j","orgId":"o","resource":"contacts","csv":{"delimiter":"# + "\"\(delimiter)\"}}", kind: .import
        )
        let bytes = Array("id,a;b,_line,_column,_code,_message\n1,\"x;\ny\",2,id,missing_key,m\n".utf8)
        var manifest = Manifest(spec, format: "csv", actor: nil, now: WallClock.now())
        manifest.status = .completed
        manifest.rejects = RejectsFile(
            key: "o/jobs/j/a1-x/rejects.csv", rows: 1, bytes: bytes.count, sha256: SHA256Digest.of(bytes).hex,
            byCode: ["missing_key": 1])
        let store = try await place().store
        let folder = try JobFolder(orgId: "o", jobId: "j")
        _ = try await store.put(
            bytes, at: folder.data(attemptId: "a1-x", name: "rejects.csv"), contentType: "text/csv", mode: .overwrite)
        _ = try await store.put(
            manifest.bytes(), at: folder.manifest(), contentType: "application/json", mode: .overwrite)
        let lines = try await Verification(job: job()).run()
        #expect(lines.first?.hasPrefix("ok  rejects.csv  1 rows") == true)
    }

    @Test(
        "Only a completed job can be verified",
        arguments: [Manifest.Status.queued, .running, .failed, .cancelled, .interrupted])
    func notCompleted(status: Manifest.Status) async throws {
        try await store(status)
        let stored = try await job()
        let error = await #expect(throws: JobError.self) { _ = try await Verification(job: stored).run() }
        #expect(error?.code == .noResult && error?.exitCode == .noInput)
    }

    @Test("Links lead to the files, or to the rejects; without them there is nothing to download")
    func links() async throws {
        try await store(.completed)
        #expect(try await job().links(rejects: false) == ["file://\(files.path)/\(Self.dataFile)"])
        let stored = try await job()
        let error = await #expect(throws: JobError.self) { _ = try await stored.links(rejects: true) }
        #expect(error?.code == .noResult && error?.exitCode == .noInput)
    }

    @Test(
        "A job without a live owner is cancelled at once",
        arguments: [Manifest.Status.queued, .running, .failed, .interrupted])
    func cancel(status: Manifest.Status) async throws {
        try await store(status) { $0.leaseExpiresAt = Instant(microseconds: 1) }
        _ = try await job().cancel()
        let cancelled = try await job()
        #expect(cancelled.manifest.status == .cancelled && cancelled.manifest.error?.exitCode == 80)
        #expect(cancelled.manifest.leaseExpiresAt == nil)
        // Again changes nothing.
        #expect(try await Array(cancelled.cancel().utf8) == cancelled.bytes)
    }

    @Test("A running job gets a marker, a completed one stays")
    func cancelOthers() async throws {
        try await store(.running) { $0.leaseExpiresAt = WallClock.now() + .seconds(60) }
        let running = try await job()
        #expect(try await Array(running.cancel().utf8) == running.bytes)
        #expect(try files.read("objects/o/jobs/j/cancel") == Array("cancel\n".utf8))
        try await store(.completed)
        let completed = try await job()
        let error = await #expect(throws: JobError.self) { _ = try await completed.cancel() }
        #expect(error?.code == .alreadyFinished && error?.exitCode == .usage)
    }

    @Test("Preparing announces a job once; the same spec gets the same answer, another one is refused")
    func prepare() async throws {
        // Whoever is told of a job is on record.
        _ = try await place().database.migrate(Catalogue(resources: []))
        let preparation = Preparation(place: try await place())
        let announced = try ToyJob(#"{"jobId":"j","orgId":"o","resource":"events"}"#)
        let actor = JobActor(id: "u", role: "ADMIN")
        let first = try await preparation.queue(announced, as: actor)
        #expect(try await preparation.queue(announced, as: actor) == first)
        #expect(try await job().manifest.status == .queued)
        let other = try ToyJob(#"{"jobId":"j","orgId":"o","resource":"profiles"}"#)
        let error = await #expect(throws: JobError.self) { _ = try await preparation.queue(other, as: actor) }
        #expect(error?.code == .idempotencyMismatch)
    }

    @Test("The objects of earlier attempts go; those of this one and of later ones, the manifest and the marker stay")
    func cleaner() async throws {
        try await store(.completed) { manifest in
            manifest.attempt = 2
            manifest.attemptId = "a2-y"
        }
        let store = try await place().store
        let kept = ["a2-y/events.csv", "a3-z/events.csv", "a10-z/events.csv", "cancel", "notes/of/others"]
        for name in kept + ["a2-x/events.csv", "a1-z/rejects.csv"] {
            _ = try await store.put(
                [1], at: ObjectKey(validating: "o/jobs/j/" + name), contentType: "x/y", mode: .overwrite)
        }
        _ = try await store.put(
            [1], at: ObjectKey(validating: "o/jobs/jj/a1-x/a"), contentType: "x/y", mode: .overwrite)
        let cleaner = AttemptCleaner(
            store: store, folder: try JobFolder(orgId: "o", jobId: "j"), manifest: try await job().manifest, log: log)
        try await cleaner.removeEarlier()
        let expected = (kept + ["manifest.json"]).map { "o/jobs/j/" + $0 } + ["o/jobs/jj/a1-x/a"]
        #expect(try await store.list(prefix: "").map(\.key.text) == expected.sorted())
        await cleaner.removeOwn()
        #expect(
            try await store.list(prefix: "o/jobs/j/a").map(\.key.text)
                == ["o/jobs/j/a10-z/events.csv", "o/jobs/j/a3-z/events.csv"])
    }

    @Test("Refused rows of attempts that are over are kept as long as the job may go on, and then go")
    func parts() async throws {
        try await store(.interrupted) { manifest in
            manifest.attempt = 2
            manifest.attemptId = "a2-y"
        }
        let store = try await place().store
        let folder = try JobFolder(orgId: "o", jobId: "j")
        func names() async throws -> [String] {
            try await store.list(prefix: "o/jobs/j/a").map { String($0.key.text.dropFirst(9)) }
        }
        func fill() async throws {
            for id in ["a1-x", "a2-y", "a3-z"] {
                let keys = [
                    try folder.rejectPart(attemptId: id, number: 1),
                    try folder.data(attemptId: id, name: "rejects.csv"),
                ]
                for key in keys { _ = try await store.put([1], at: key, contentType: "x/y", mode: .overwrite) }
            }
        }
        let cleaner = AttemptCleaner(store: store, folder: folder, manifest: try await job().manifest, log: log)
        let later = ["a3-z/00001.rejects", "a3-z/rejects.csv"]
        try await fill()
        await cleaner.tidyUp(keepingParts: true)
        let kept = ["a1-x/00001.rejects", "a2-y/00001.rejects", "a2-y/rejects.csv"] + later
        #expect(try await names() == kept)
        await cleaner.removeOwn { $0.text.hasSuffix("a2-y/00001.rejects") }
        #expect(try await names() == kept.filter { $0 != "a2-y/rejects.csv" })
        try await cleaner.removeEarlier()
        #expect(try await names() == later)
        try await fill()
        try await AttemptCleaner.removeParts(of: folder, in: store)
        #expect(try await names() == ["a1-x/rejects.csv", "a2-y/rejects.csv", "a3-z/rejects.csv"])
        for (key, isPart) in [("a1-x/00001.rejects", true), ("00001.rejects", false), ("b/00001.rejects", false)] {
            #expect(folder.isRejectPart(try ObjectKey(validating: "o/jobs/j/" + key)) == isPart)
            #expect(!folder.isRejectPart(try ObjectKey(validating: "other/jobs/j/" + key)))
        }
    }
}

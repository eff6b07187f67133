import Formats
import JobCore
import ObjectStorage
import TestSupport
import Testing

@testable import JobRuntime

/// One at a time: each takes the process's signals.
@Suite("Runs of a job", .serialized)
struct JobRunnerTests {
    private static let key = "0123456789abcdef0123456789abcdef"
    private let files: TemporaryFolder
    private let place: Workplace
    private let actor = JobActor(id: "u", role: "ADMIN")
    private let folder: JobFolder

    init() async throws {
        files = try TemporaryFolder()
        let environment = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
            "JOB_SIGNING_KEY": Self.key, "JOB_LEASE_SECONDS": "1",
        ])
        place = try await Configuration(environment, log: JobLog(level: "critical")).open()
        _ = try await place.database.migrate(Catalogue(resources: []))
        folder = try JobFolder(orgId: "o", jobId: "j")
    }

    private func job(failing failure: JobError? = nil) throws -> ToyJob {
        try ToyJob(#"{"jobId":"j","orgId":"o","resource":"contacts"}"#, failing: failure)
    }

    private func outcomes() async throws -> [String] {
        var found: [String] = []
        try await place.audit.show("o", job: "j") { found.append($0.event.outcome) }
        return found
    }

    private func objects() async throws -> [String] {
        try await place.store.list(prefix: folder.prefix).map { String($0.key.text.dropFirst(folder.prefix.count)) }
    }

    @Test("A job is done once; the next launch has the same answer, and nothing is done again")
    func once() async throws {
        let first = try job()
        let end = try await JobRunner(first, in: place).run(as: actor)
        #expect(end.exitCode == .done && first.diary.all == ["work 1"])
        let second = try job()
        let again = try await JobRunner(second, in: place).run(as: actor)
        #expect(again.exitCode == .done && again.line == end.line && second.diary.all == ["forget completed"])
        #expect(try await outcomes() == ["started", "completed"])
    }

    @Test(
        "What was kept for a next attempt is forgotten when none will come",
        arguments: [
            (ErrorCode.sourceEmpty, ["work 1", "forget failed"]), (.cancelled, ["work 1", "forget cancelled"]),
            (.databaseBusy, ["work 1"]),
        ])
    func forgets(code: ErrorCode, expected: [String]) async throws {
        let job = try job(failing: JobError(code, "as told"))
        _ = try await JobRunner(job, in: place).run(as: actor)
        #expect(job.diary.all == expected)
        #expect(try await objects() == ["manifest.json"])
    }

    @Test("The next launch of a cancelled job does what its process was killed before: log, kept rows and objects")
    func killedBehindItsEnd() async throws {
        let killed = try job()
        let claim = JobClaim(
            store: place.store, folder: folder, leaseSeconds: 1, log: place.log)
        let fresh = Manifest(killed.spec, format: "text", actor: actor, now: WallClock.now())
        guard case .owned(let manifest, let tag) = try await claim.acquire(fresh) else {
            Issue.record("the job is not new")
            return
        }
        let audit = JobAudit(killed.spec, place.audit, log: place.log)
        try await audit.start(manifest)
        _ = try await place.store.put(
            [1], at: folder.data(attemptId: manifest.attemptId, name: "toy.txt"), contentType: "x/y", mode: .overwrite)
        let keeper = try JobKeeper(store: place.store, folder: folder, manifest: manifest, tag: tag, leaseSeconds: 1)
        let cancelled = try await keeper.finish { $0.status = .cancelled }
        // The head of the log announces the end, and the table does not have it yet.
        var event = AuditEvent(orgId: "o", actor: "u", action: "import", outcome: "cancelled")
        event.jobId = "j"
        event.resource = "contacts"
        event.filters = killed.spec.auditedRequest
        event.at = try #require(cancelled.finishedAt)
        let anchor = place.audit.anchor("o")
        let table = AuditTable(place.records)
        let seal = try #require(anchor.seal)
        let entry = AuditEntry(event, after: try await table.view(of: event).last, seal: seal)
        let sealed = place.audit.sealed(table, .table, anchor, seal)
        #expect(try await sealed.announce(entry, over: anchor.stored()) != nil)

        for _ in 1...2 {
            let next = try job()
            let error = await #expect(throws: JobError.self) { _ = try await JobRunner(next, in: place).run(as: actor) }
            #expect(error?.code == .cancelled && next.diary.all == ["forget cancelled"])
            #expect(try await outcomes() == ["started", "cancelled"])
            #expect(try await objects() == ["manifest.json"])
            let end = try #require(try await anchor.stored()?.head?[.table])
            #expect(end.seq == 2 && end.announced == nil)
        }
        #expect(try await place.audit.verify("o", copy: nil).isEmpty == false)
    }

    @Test("A job that was cancelled before it began has no end in the log, as it has no beginning")
    func cancelledBefore() async throws {
        let announced = try job()
        _ = try await Preparation(place: place).queue(announced, as: actor)
        _ = try await StoredJob(folder, in: place).cancel()
        await #expect(throws: JobError.self) { _ = try await JobRunner(announced, in: place).run(as: actor) }
        #expect(try await outcomes() == ["done"])
    }
}

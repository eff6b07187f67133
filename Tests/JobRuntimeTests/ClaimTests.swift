import Formats
import JobCore
import ObjectStorage
import TestSupport
import Testing

@testable import JobRuntime

@Suite("Ownership of jobs", .timeLimit(.minutes(5)))
struct ClaimTests {
    private let files: TemporaryFolder
    private let store: LocalStore
    private let folder: JobFolder
    private let log = JobLog(level: "critical")

    init() throws {
        files = try TemporaryFolder()
        store = try LocalStore(root: files.path, createRoot: false)
        folder = try JobFolder(orgId: "o", jobId: "j")
    }

    private func announced(limit: Int = 1) throws -> Manifest {
        let spec = try CommonSpecTests.spec(#"{"jobId":"j","orgId":"o","resource":"events","limit":"# + "\(limit)}")
        return Manifest(spec, format: "csv", actor: nil, now: WallClock.now())
    }

    private func claim(_ leaseSeconds: Double = 30) -> JobClaim {
        JobClaim(store: store, folder: folder, leaseSeconds: leaseSeconds, log: log)
    }

    private func own(_ leaseSeconds: Double = 30) async throws -> (Manifest, ObjectTag) {
        guard case .owned(let manifest, let tag) = try await claim(leaseSeconds).acquire(announced()) else {
            throw JobError(.internalError, "the job is finished")
        }
        return (manifest, tag)
    }

    private func keeper(_ owned: (Manifest, ObjectTag), _ leaseSeconds: Double = 30) throws -> JobKeeper {
        try JobKeeper(
            store: store, folder: folder, manifest: owned.0, tag: owned.1, leaseSeconds: leaseSeconds)
    }

    private func stored() async throws -> Manifest {
        try Manifest(stored: await store.get(folder.manifest(), range: nil).bytes)
    }

    private func code(_ error: (any Error)?) -> String? { error.map { JobError.wrapping($0).code.rawValue } }

    @Test("A new job belongs to who comes first, as running attempt 1 with a lease")
    func fresh() async throws {
        let (manifest, _) = try await own()
        #expect(manifest.status == .running && manifest.attempt == 1 && manifest.attemptId.hasPrefix("a1-"))
        let seen = try await stored()
        #expect(seen.bytes() == manifest.bytes())
        #expect(try #require(seen.leaseExpiresAt) > WallClock.now() + .seconds(20))
    }

    @Test("A prepared job is taken over with the time and spec it was prepared with")
    func prepared() async throws {
        var queued = try announced()
        queued.createdAt = Instant(seconds: 1)
        _ = try await store.put(
            queued.bytes(), at: folder.manifest(), contentType: "application/json", mode: .createOnly)
        let (manifest, _) = try await own()
        #expect(manifest.createdAt == Instant(seconds: 1) && manifest.attempt == 1 && manifest.status == .running)
    }

    @Test("A finished job is answered from its manifest, byte for byte")
    func finished() async throws {
        let keeper = try keeper(try await own())
        let final = try await keeper.finish { $0.status = .completed }
        guard case .ended(let manifest, let bytes) = try await claim().acquire(announced()) else {
            Issue.record("the job ran again")
            return
        }
        #expect(manifest.status == .completed && bytes == final.bytes())
        #expect(manifest.leaseExpiresAt == nil && manifest.finishedAt != nil)
    }

    @Test(
        "The same id with another spec is refused, whatever has become of the job",
        arguments: [Manifest.Status.running, .completed, .failed, .cancelled])
    func mismatch(status: Manifest.Status) async throws {
        let keeper = try keeper(try await own())
        _ = try await keeper.finish { $0.status = status }
        let other = try announced(limit: 2)
        let error = await #expect(throws: JobError.self) { _ = try await claim().acquire(other) }
        #expect(error?.code == .idempotencyMismatch && error?.exitCode == .usage)
    }

    @Test("A cancelled job stays cancelled")
    func cancelled() async throws {
        let keeper = try keeper(try await own())
        let final = try await keeper.finish { $0.status = .cancelled }
        guard case .ended(let manifest, let bytes) = try await claim().acquire(announced()) else {
            Issue.record("the job ran again")
            return
        }
        #expect(manifest.status == .cancelled && bytes == final.bytes())
    }

    @Test(
        "A failed or interrupted job runs again as the next attempt", arguments: [Manifest.Status.failed, .interrupted])
    func again(status: Manifest.Status) async throws {
        let first = try await own()
        let keeper = try keeper(first)
        _ = try await keeper.finish { $0.status = status }
        let (manifest, _) = try await own()
        #expect(manifest.attempt == 2 && manifest.attemptId != first.0.attemptId && manifest.finishedAt == nil)
        #expect(manifest.createdAt == first.0.createdAt)
    }

    @Test("Who waits for a silent owner takes over when the lease has run out, not before")
    func takeover() async throws {
        let first = try await own(0.3)
        let end = try #require(first.0.leaseExpiresAt)
        let (manifest, _) = try await own(0.3)
        #expect(WallClock.now() >= end)
        #expect(manifest.attempt == 2)
        // The first one notices at its next write, and leaves the manifest alone.
        let late = try keeper(first, 0.3)
        let error = await #expect(throws: JobError.self) {
            try await late.heartbeat(JobProgress(counts: JobCounts(), percent: 1, secondsLeft: nil, rowsPerSecond: 0))
        }
        #expect(error?.code == .leaseLost && error?.exitCode == .temporary)
        let other = await #expect(throws: JobError.self) { _ = try await late.finish { $0.status = .completed } }
        #expect(other?.code == .leaseLost)
        #expect(try await stored().attemptId == manifest.attemptId)
    }

    @Test("An owner that lives on is not waited for longer than a lease")
    func held() async throws {
        _ = try await own(60)
        let error = await #expect(throws: JobError.self) { _ = try await claim(0.2).acquire(announced()) }
        #expect(error?.code == .leaseHeld && error?.exitCode == .temporary)
        #expect(try await stored().attempt == 1)
    }

    @Test("A wait that is cancelled ends")
    func cancelledWait() async throws {
        _ = try await own(60)
        let claim = claim(60)
        let manifest = try announced()
        let waiter = Task { _ = try await claim.acquire(manifest) }
        waiter.cancel()
        let error = await #expect(throws: (any Error).self) { try await waiter.value }
        #expect(code(error) == "terminated")
    }

    @Test("Of many that start at once each attempt has exactly one owner")
    func race() async throws {
        let manifest = try announced()
        let owners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<6 {
                let claim = claim(0.1)
                group.addTask {
                    do {
                        return try await Self.owns(claim, manifest)
                    } catch is JobError { return false }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        // Leases of a tenth of a second run out while the others wait, so more than one may own it, one after another.
        #expect(owners >= 1)
        #expect(try await stored().attempt == owners)
    }

    private static func owns(_ claim: JobClaim, _ manifest: Manifest) async throws -> Bool {
        if case .owned = try await claim.acquire(manifest) { return true }
        return false
    }

    @Test("Heartbeats renew the lease, and the progress they publish never goes back")
    func heartbeat() async throws {
        let owned = try await own()
        let keeper = try keeper(owned)
        var counts = JobCounts()
        counts.rowsRead = 5
        try await keeper.heartbeat(JobProgress(counts: counts, percent: 40, secondsLeft: 9, rowsPerSecond: 1))
        try await keeper.heartbeat(JobProgress(counts: counts, percent: 30, secondsLeft: nil, rowsPerSecond: 1))
        let seen = try await stored()
        #expect(seen.progress == 40 && seen.counts.rowsRead == 5 && seen.timeLeftSeconds == nil)
        #expect(try #require(seen.leaseExpiresAt) > #require(owned.0.leaseExpiresAt))
        // Only a finished job is at 100.
        try await keeper.heartbeat(JobProgress(counts: counts, percent: 100, secondsLeft: 0, rowsPerSecond: 1))
        #expect(try await stored().progress == 99.9)
        #expect(await keeper.current().attempt == 1)
    }

    @Test("An owner whose last write took place unnoticed still ends its job; one whose job is taken or ended does not")
    func unnoticedWrite() async throws {
        let owned = try await own()
        let keeper = try keeper(owned)
        var unnoticed = owned.0
        unnoticed.progress = 50
        let tag = try await store.put(
            unnoticed.bytes(), at: folder.manifest(), contentType: "application/json", mode: .updateIfMatches(owned.1)
        ).tag
        let final = try await keeper.finish { $0.status = .completed }
        #expect(try await stored().bytes() == final.bytes())
        // What ended meanwhile is not ended otherwise by who believes in an older version.
        let late = try JobKeeper(
            store: store, folder: folder, manifest: owned.0, tag: tag, leaseSeconds: 30)
        let error = await #expect(throws: JobError.self) { _ = try await late.finish { $0.status = .failed } }
        #expect(error?.code == .leaseLost)
        #expect(try await stored().status == .completed)
    }
}

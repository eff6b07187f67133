internal import Formats
package import JobCore
package import ObjectStorage
internal import Synchronization

/// The names of attempts, for any task.
private final class AttemptNames: Sendable {
    private let names = Mutex<Set<String>>([])

    func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }

    var isEmpty: Bool { names.withLock { $0.isEmpty } }

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
}

/// How a launched process comes to own its job: one conditional write of the manifest.
///
/// The process that holds the manifest's tag owns the job. A live owner renews its lease; when the lease has run out the
/// next process takes over. A job that is done is answered from its manifest.
package struct JobClaim: Sendable {
    package enum Result: Sendable {
        /// This process owns the job: the manifest it wrote and the tag of that version.
        case owned(Manifest, ObjectTag)
        /// The job is completed or was cancelled, and nobody runs it any more: its manifest as stored.
        case ended(Manifest, stored: [UInt8])
    }

    private let store: any ObjectStore
    private let folder: JobFolder
    private let leaseSeconds: Double
    private let log: JobLog
    /// From then on it is no use to wait.
    private let notAfter: Instant?
    /// The attempts whose manifest was sent to the store.
    private let tried = AttemptNames()
    /// Number of the latest attempt that the database knows, for a job whose manifest is gone.
    private let latestAttempt: @Sendable () async throws -> Int

    package init(
        store: any ObjectStore, folder: JobFolder, leaseSeconds: Double, log: JobLog, notAfter: Instant? = nil,
        latestAttempt: @escaping @Sendable () async throws -> Int = { 0 }
    ) {
        self.store = store
        self.folder = folder
        self.leaseSeconds = leaseSeconds
        self.log = log
        self.notAfter = notAfter
        self.latestAttempt = latestAttempt
    }

    /// Takes the job for this process, waiting at most one lease for an owner that may be gone.
    ///
    /// Throws `idempotency_mismatch` (64), `lease_held` (75).
    package func acquire(_ fresh: Manifest) async throws -> Result {
        let key = try folder.manifest()
        let deadline = WallClock.monotonicSeconds() + leaseSeconds + 2
        var hasWaited = false
        var defeats = 0
        while true {
            try Task.checkCancellation()
            if defeats > 0 { try await pause(after: defeats, fresh) }
            guard let (existing, stored) = try await load(key) else {
                let first = started(fresh, number: try await latestAttempt() + 1)
                if let result = try await write(first, key, .createOnly) { return result }
                defeats += 1
                continue
            }
            try check(existing, fresh)
            switch existing.status {
            case .completed, .cancelled:
                return .ended(existing, stored: stored.bytes)
            case .running:
                let left = existing.leaseLeft(in: stored)
                if left > .zero {
                    try checkDeadline()
                    if WallClock.monotonicSeconds() > deadline {
                        throw JobError(
                            .leaseHeld, "another process is running job \(existing.jobId)")
                    }
                    if !hasWaited {
                        let seconds = left.components.seconds + 1
                        log.info("waiting for the lease of attempt \(existing.attempt), at most \(seconds) s")
                    }
                    hasWaited = true
                    try await Task.sleep(for: min(left + .milliseconds(20), .seconds(1)))
                    continue
                }
            case .queued, .failed, .interrupted:
                break
            }
            // A job that was prepared anew may have run before.
            let latest = existing.attempt == 0 ? try await latestAttempt() : existing.attempt
            var next = started(fresh, number: min(latest, 1 << 40) + 1)
            // What was asked and when stays as the first attempt wrote it.
            next.createdAt = existing.createdAt
            next.spec = existing.spec
            if let result = try await write(next, key, .updateIfMatches(stored.info.tag)) { return result }
            defeats += 1
        }
    }

    /// How often others may be faster: each time one of them has the job, has ended it or has given it up.
    private static let maximumDefeats = 10
    private static let longestPause = 2.0

    /// Waits, longer each time, before the job is looked at again.
    private func pause(after defeats: Int, _ fresh: Manifest) async throws {
        try checkDeadline()
        if defeats >= Self.maximumDefeats {
            throw JobError(
                .claimRefused,
                "the manifest of job \(fresh.jobId) could not be taken in \(defeats) tries: it changes each time")
        }
        var seconds = 0.05
        for _ in 1..<defeats { seconds = min(seconds * 2, Self.longestPause) }
        if let notAfter { seconds = min(seconds, max(0, (notAfter - WallClock.now()) / .seconds(1))) }
        try await Task.sleep(for: .seconds(seconds * Double.random(in: 0.5...1)))
    }

    /// Throws `deadline` (124) when it is no use any more.
    private func checkDeadline() throws(JobError) {
        guard let notAfter, WallClock.now() >= notAfter else { return }
        throw .deadlinePassed
    }

    /// The manifest and the object it is stored in; `nil` when there is none.
    package func load(_ key: ObjectKey) async throws -> (Manifest, StoredObject)? {
        do throws(JobError) {
            let object = try await store.get(key, range: nil)
            return (try Manifest(stored: object.bytes), object)
        } catch {
            if error.code == .objectNotFound { return nil }
            throw error
        }
    }

    /// Writes the manifest under a condition; `nil` when somebody else was faster.
    private func write(_ manifest: Manifest, _ key: ObjectKey, _ mode: PutMode) async throws -> Result? {
        tried.insert(manifest.attemptId)
        do throws(JobError) {
            let info = try await store.put(manifest.bytes(), at: key, contentType: "application/json", mode: mode)
            return .owned(manifest, info.tag)
        } catch {
            if error.code == .preconditionFailed { return nil }
            throw error
        }
    }

    /// Gives the job back that a claim has taken although it was ended before it knew.
    func withdraw(because error: JobError) async {
        // A task of its own: that of the claim may be cancelled.
        if tried.isEmpty { return }
        await Task {
            guard let (existing, stored) = try? await load(folder.manifest()), existing.status == .running,
                tried.contains(existing.attemptId)
            else { return }
            let keeper = try? JobKeeper(
                store: store, folder: folder, manifest: existing, tag: stored.info.tag,
                leaseSeconds: leaseSeconds)
            _ = try? await keeper?.finish { manifest in
                manifest.status = error.exitCode == .deadline ? .failed : .interrupted
                manifest.error = ManifestFailure(error)
            }
        }.value
    }

    private func check(_ existing: Manifest, _ fresh: Manifest) throws(JobError) {
        if existing.specSHA256 != fresh.specSHA256 || existing.kind != fresh.kind {
            throw .otherSpec(fresh.jobId)
        }
    }

    /// The manifest of a new attempt.
    private func started(_ fresh: Manifest, number: Int) -> Manifest {
        var manifest = fresh
        let now = WallClock.now()
        manifest.status = .running
        manifest.attempt = number
        manifest.attemptId = JobFolder.attemptId(number)
        manifest.owner = .current
        manifest.startedAt = now
        manifest.updatedAt = now
        manifest.leaseExpiresAt = now + .seconds(leaseSeconds)
        return manifest
    }
}

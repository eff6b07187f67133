package import JobCore
package import ObjectStorage

/// Keeps the manifest of an owned job up to date: the only writer, each write on condition of the one before.
package actor JobKeeper {
    private let store: any ObjectStore
    private let key: ObjectKey
    private let lease: Duration
    private var tag: ObjectTag
    private var manifest: Manifest
    /// The store is being proved with the manifest: no other write of it now.
    private var isProving = false

    package init(store: any ObjectStore, folder: JobFolder, manifest: Manifest, tag: ObjectTag, leaseSeconds: Double)
        throws(JobError)
    {
        self.store = store
        key = try folder.manifest()
        lease = .seconds(leaseSeconds)
        self.manifest = manifest
        self.tag = tag
    }

    /// The manifest as last written or about to be.
    package func current() -> Manifest { manifest }

    /// Renews the lease and publishes how far the job is.
    ///
    /// Throws `lease_lost` when another attempt owns the job.
    package func heartbeat(_ progress: JobProgress) async throws(JobError) {
        if isProving { return }
        var next = manifest
        next.counts = progress.counts
        next.progress = max(next.progress, min(progress.percent, 99.9))
        next.timeLeftSeconds = progress.secondsLeft
        try await write(&next)
    }

    /// Proves, before anything else is done, that only one process can own the job in this store.
    ///
    /// Throws `store_conditions_missing` (78) and `lease_lost`.
    package func proveStore() async throws(JobError) {
        isProving = true
        defer { isProving = false }
        do throws(JobError) {
            tag = try await store.proveConditions(key, manifest.bytes(), tag: tag)
        } catch {
            throw lost(error)
        }
    }

    /// Publishes the end of the attempt.
    ///
    /// The commit point of the job.
    package func finish(_ change: @Sendable (inout Manifest) -> Void) async throws(JobError) -> Manifest {
        var next = manifest
        change(&next)
        next.leaseExpiresAt = nil
        next.owner = nil
        next.timeLeftSeconds = nil
        next.finishedAt = WallClock.now()
        try await write(&next, renewsLease: false)
        return next
    }

    /// The stored manifest when it names another attempt; `nil` when that cannot be told.
    package func successor() async -> Manifest? {
        guard let stored = try? await store.get(key, range: nil), let found = try? Manifest(stored: stored.bytes) else {
            return nil
        }
        // A job that is cancelled from outside keeps the name of its last attempt.
        return found.attemptId == manifest.attemptId && found.status != .cancelled ? nil : found
    }

    private func write(_ next: inout Manifest, renewsLease: Bool = true) async throws(JobError) {
        let now = WallClock.now()
        next.updatedAt = now
        if renewsLease { next.leaseExpiresAt = now + lease }
        let bytes = next.bytes()
        do throws(JobError) {
            tag = try await store.put(
                bytes, at: key, contentType: "application/json", mode: .updateIfMatches(tag)
            ).tag
        } catch {
            tag = try await resolve(error, bytes)
        }
        manifest = next
    }

    /// Finds out what a failed write has come to, and makes up for it; returns the tag of what is stored then.
    ///
    /// It may have taken place all the same, and so may one before it that was given up when the work ended. As long as
    /// what is stored is this attempt's, the job is its own.
    private func resolve(_ error: JobError, _ bytes: [UInt8]) async throws(JobError) -> ObjectTag {
        if let stored = try? await store.get(key, range: nil) {
            if stored.bytes == bytes { return stored.info.tag }
            if error.code == .preconditionFailed, let found = try? Manifest(stored: stored.bytes),
                found.attemptId == manifest.attemptId, found.status == .running
            {
                let mode = PutMode.updateIfMatches(stored.info.tag)
                do throws(JobError) {
                    return try await store.put(bytes, at: key, contentType: "application/json", mode: mode).tag
                } catch {
                    throw lost(error)
                }
            }
        }
        throw lost(error)
    }

    private func lost(_ error: JobError) -> JobError {
        error.code == .preconditionFailed ? .leaseLost(manifest.jobId) : error
    }
}

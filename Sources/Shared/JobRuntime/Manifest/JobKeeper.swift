package import JobCore
package import ObjectStorage

/// Keeps the manifest of an owned job up to date: the only writer, each write on condition of the one before.
package actor JobKeeper {
    private let store: any ObjectStore
    private let key: ObjectKey
    private let leaseMicroseconds: Int64
    private var tag: ObjectTag
    private var manifest: Manifest

    package init(store: any ObjectStore, folder: JobFolder, manifest: Manifest, tag: ObjectTag, leaseSeconds: Double)
        throws(JobError)
    {
        self.store = store
        key = try folder.manifest()
        leaseMicroseconds = Int64(leaseSeconds * 1_000_000)
        self.manifest = manifest
        self.tag = tag
    }

    /// The manifest as last written or about to be.
    package func current() -> Manifest { manifest }

    /// Renews the lease and publishes how far the job is.
    ///
    /// Throws `lease_lost` when another attempt owns the job.
    package func heartbeat(_ progress: JobProgress) async throws(JobError) {
        var next = manifest
        next.counts = progress.counts
        next.progress = max(next.progress, min(progress.percent, 99.9))
        next.timeLeftSeconds = progress.secondsLeft
        try await write(&next)
    }

    /// Publishes the end of the attempt.
    ///
    /// The commit point of the job.
    package func finish(_ change: @Sendable (inout Manifest) -> Void) async throws(JobError) -> Manifest {
        var next = manifest
        change(&next)
        next.leaseExpiresAt = nil
        next.timeLeftSeconds = nil
        next.finishedAt = WallClock.now()
        try await write(&next, renewsLease: false)
        return next
    }

    /// Whether the stored manifest names another attempt; false when that cannot be told.
    package func isSuperseded() async -> Bool {
        guard let stored = try? await store.get(key, range: nil), let found = try? Manifest(stored: stored.bytes) else {
            return false
        }
        return found.attemptId != manifest.attemptId
    }

    private func write(_ next: inout Manifest, renewsLease: Bool = true) async throws(JobError) {
        let now = WallClock.now()
        next.updatedAt = now
        if renewsLease { next.leaseExpiresAt = now + leaseMicroseconds }
        let bytes = next.bytes()
        do throws(JobError) {
            let info = try await store.put(
                bytes, at: key, contentType: "application/json", mode: .updateIfMatches(tag))
            tag = info.tag
            manifest = next
        } catch {
            // A write that failed may have taken place all the same: what is stored decides.
            if let stored = try? await store.get(key, range: nil), stored.bytes == bytes {
                tag = stored.info.tag
                manifest = next
                return
            }
            if error.code == "precondition_failed" {
                throw JobError(
                    "lease_lost", .temporary, "another attempt has taken over job \(next.jobId)",
                    hint: "nothing to do: the other attempt carries on")
            }
            throw error
        }
    }
}

internal import Formats
internal import JobCore
internal import ObjectStorage

/// A job as its manifest in the store describes it, for the verbs that look at jobs from outside.
struct StoredJob: Sendable {
    let place: Workplace
    let folder: JobFolder
    let manifest: Manifest
    /// The manifest as stored.
    let bytes: [UInt8]
    private let tag: ObjectTag
    /// A process owns the job and has not been silent for too long.
    private let isHeld: Bool
    private let claim: JobClaim
    /// Who looks at the job.
    private let actor: String

    /// Loads the manifest.
    ///
    /// Throws `job_not_found` (66).
    init(_ folder: JobFolder, in place: Workplace, actor: String = "operator") async throws {
        self.place = place
        self.folder = folder
        self.actor = actor
        claim = JobClaim(
            store: place.store, folder: folder, leaseSeconds: place.environment.leaseSeconds, log: place.log)
        guard let (manifest, stored) = try await claim.load(folder.manifest()) else {
            throw JobError(
                .jobNotFound, "organisation \(folder.orgId) has no job \(folder.jobId)")
        }
        self.manifest = manifest
        bytes = stored.bytes
        tag = stored.info.tag
        isHeld = manifest.status == .running && manifest.leaseLeft(in: stored) > .zero
    }

    /// Fresh links to the result, or to the rejects.
    ///
    /// Throws `no_result` (66).
    func links(rejects: Bool) async throws -> [String] {
        var result = JobResult()
        result.files = rejects ? [] : manifest.files
        result.rejects = rejects ? manifest.rejects : nil
        result.downloadURLTTL = CommonSpec.downloadURLTTL.read(manifest.spec)
        let signed = try await DownloadLinks(store: place.store).sign(result).result
        let links = rejects ? [signed.rejects?.url].compactMap(\.self) : signed.files.compactMap(\.url)
        if links.isEmpty {
            throw JobError(
                .noResult, "job \(folder.jobId) is \(manifest.status.rawValue) and has nothing to download",
                hint: !rejects && manifest.rejects != nil ? "--rejects links to the rows that were refused" : nil)
        }
        return links
    }

    /// Whether the manifest gives access to data to whoever sees it.
    var holdsLinks: Bool {
        ([manifest.downloadURL, manifest.rejects?.url, manifest.report?.url] + manifest.files.map(\.url))
            .contains { $0 != nil }
    }

    /// Records in the audit log what was done with the job.
    func record(_ action: String) async throws {
        var event = AuditEvent(orgId: folder.orgId, actor: actor, action: action, outcome: "done")
        event.jobId = folder.jobId
        event.resource = manifest.resource
        try await place.audit.append(event)
    }

    private var fence: LoadFence { LoadFence(place: place, folder: folder) }

    /// Removes what a job that is cancelled has left: no attempt follows that would.
    private func tidy(after cancelled: Manifest) async throws {
        if cancelled.mayHaveLoaded {
            do {
                try await fence.discardRejects()
            } catch {
                place.log.warning("refused rows of the job are still kept: \(JobError.wrapping(error).description)")
            }
        }
        var manifest = cancelled
        manifest.attemptId = ""
        try await AttemptCleaner(store: place.store, folder: folder, manifest: manifest, log: place.log)
            .removeEarlier()
    }

    /// Cancels the job; returns the manifest's line.
    ///
    /// Throws `already_finished` (64).
    func cancel() async throws -> String {
        guard manifest.status == .running && isHeld else { return try await end(manifest, bytes, tag) }
        let marker = try folder.cancelMarker()
        _ = try await place.store.put(
            Array("cancel\n".utf8), at: marker, contentType: "text/plain", mode: .overwrite)
        // An owner that has ended meanwhile sees no marker, and takes none away.
        if let (latest, stored) = try await claim.load(folder.manifest()), latest.status != .running {
            do {
                let line = try await end(latest, stored.bytes, stored.info.tag)
                try await place.store.delete(marker)
                return line
            } catch let error as JobError where error.code == .alreadyFinished {
                try await place.store.delete(marker)
                throw error
            }
        }
        place.log.info("the running attempt will see the cancellation within five seconds")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Cancels a job that nobody runs, as its manifest was stored under the tag.
    private func end(_ manifest: Manifest, _ bytes: [UInt8], _ tag: ObjectTag) async throws -> String {
        switch manifest.status {
        case .cancelled:
            // Whoever has cancelled it may have been killed before it was tidy.
            try await tidy(after: manifest)
            return String(decoding: bytes, as: UTF8.self)
        case .completed:
            throw JobError(
                .alreadyFinished, "job \(folder.jobId) has completed and cannot be cancelled")
        case .queued, .running, .failed, .interrupted:
            var cancelled = manifest
            let isLoad = manifest.mayHaveLoaded
            if isLoad, let counts = try await fence.raise(manifest) { cancelled.counts = counts }
            cancelled.status = .cancelled
            cancelled.leaseExpiresAt = nil
            cancelled.owner = nil
            cancelled.updatedAt = WallClock.now()
            cancelled.finishedAt = cancelled.updatedAt
            cancelled.error = ManifestFailure(.cancelled(folder.jobId))
            let bytes = cancelled.bytes()
            _ = try await place.store.put(
                bytes, at: folder.manifest(), contentType: "application/json", mode: .updateIfMatches(tag))
            try await tidy(after: cancelled)
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

extension Manifest {
    /// An attempt of the job may have put rows into the database.
    fileprivate var mayHaveLoaded: Bool { kind.loadsRows && attempt > 0 && spec.flag("dryRun") != true }
}

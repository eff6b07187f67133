internal import JobCore
package import ObjectStorage

/// Removes what attempts that came to nothing have stored.
///
/// Only what is this attempt's or an earlier one's: an attempt that has lost its job, and does not know it yet, must not
/// touch what its successor stores.
package struct AttemptCleaner: Sendable {
    private let store: any ObjectStore
    private let folder: JobFolder
    private let attempt: Int
    private let attemptId: String
    private let log: JobLog

    /// A cleaner for the attempt that a manifest names.
    package init(store: any ObjectStore, folder: JobFolder, manifest: Manifest, log: JobLog) {
        self.store = store
        self.folder = folder
        attempt = manifest.attempt
        attemptId = manifest.attemptId
        self.log = log
    }

    /// Removes the objects of earlier attempts, and what dead processes left unfinished.
    ///
    /// Refused rows that an attempt has stored, this one's too, are kept as long as the job may go on.
    package func removeEarlier(keepingParts: Bool = false) async throws {
        for object in try await store.list(prefix: folder.prefix) where isOver(object.key, keepingParts) {
            log.debug("removing \(object.key.text)")
            try await store.delete(object.key)
        }
        try await sweep()
    }

    /// The same as far as the store lets it: what stays is removed when the job is done, or by the next attempt.
    package func tidyUp(keepingParts: Bool) async {
        do {
            if attempt > 1 { try await removeEarlier(keepingParts: keepingParts) } else { try await sweep() }
        } catch {
            log.warning("what earlier attempts have left could not be removed: \(JobError.wrapping(error).description)")
        }
    }

    /// The same whatever the number of the attempt.
    package func tidyUpAll() async {
        do {
            try await removeEarlier()
        } catch {
            log.warning("what attempts have left could not be removed: \(JobError.wrapping(error).description)")
        }
    }

    /// Removes what dead processes left in the store's own area, and the uploads of earlier attempts.
    package func sweep() async throws {
        try await store.sweep(prefix: folder.prefix) { isEarlier($0) }
    }

    /// Removes the marker of a cancellation that the manifest now shows.
    package func removeCancelMarker() async {
        do throws(JobError) {
            try await store.delete(folder.cancelMarker())
        } catch {
            log.warning("the cancel marker could not be removed: \(error.description)")
        }
    }

    /// Removes the refused rows that attempts have stored, once they are published; false when some may be left.
    func removeParts(_ parts: StoredParts) async -> Bool {
        do {
            if attempt > 1 { try await removeEarlier() }
            for key in attempt > 1 ? [] : parts.all { try await store.delete(key) }
            return true
        } catch {
            log.warning("refused rows that were stored could not be removed: \(JobError.wrapping(error).description)")
            return false
        }
    }

    /// Removes the refused rows that attempts of a job have stored that nobody goes on with.
    package static func removeParts(of folder: JobFolder, in store: any ObjectStore) async throws {
        for object in try await store.list(prefix: folder.prefix) where folder.isRejectPart(object.key) {
            try await store.delete(object.key)
        }
    }

    /// Removes the objects of this attempt, as far as the store lets it, but for some.
    package func removeOwn(keeping isKept: (ObjectKey) -> Bool = { _ in false }) async {
        do {
            for object in try await store.list(prefix: folder.prefix + attemptId + "/") where !isKept(object.key) {
                try await store.delete(object.key)
            }
        } catch {
            log.warning("objects of the failed attempt could not be removed: \(JobError.wrapping(error).description)")
        }
    }

    private func isOver(_ key: ObjectKey, _ keepingParts: Bool) -> Bool {
        if !folder.isRejectPart(key) { return isEarlier(key) }
        guard let (number, _) = folder.attempt(of: key) else { return false }
        return !keepingParts && number <= attempt
    }

    /// Whether the key is that of a data object of another attempt that is not later than this one.
    private func isEarlier(_ key: ObjectKey) -> Bool {
        guard let (number, id) = folder.attempt(of: key) else { return false }
        return number <= attempt && id != attemptId
    }
}

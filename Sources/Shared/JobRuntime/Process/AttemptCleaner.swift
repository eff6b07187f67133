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
    package func removeEarlier() async throws {
        for object in try await store.list(prefix: folder.prefix) where isEarlier(object.key) {
            log.debug("removing \(object.key.text) of an earlier attempt")
            try await store.delete(object.key)
        }
        try await sweep()
    }

    /// The same as far as the store lets it: what stays is removed when the job is done, or by the next attempt.
    package func tidyUp() async {
        do {
            if attempt > 1 { try await removeEarlier() } else { try await sweep() }
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

    /// Removes the objects of this attempt, as far as the store lets it.
    package func removeOwn() async {
        do {
            for object in try await store.list(prefix: folder.prefix + attemptId + "/") {
                try await store.delete(object.key)
            }
        } catch {
            log.warning("objects of the failed attempt could not be removed: \(JobError.wrapping(error).description)")
        }
    }

    /// Whether the key is that of a data object of another attempt that is not later than this one.
    private func isEarlier(_ key: ObjectKey) -> Bool {
        guard let (number, id) = folder.attempt(of: key) else { return false }
        return number <= attempt && id != attemptId
    }
}

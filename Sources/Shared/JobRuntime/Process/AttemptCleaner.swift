internal import JobCore
package import ObjectStorage

/// Removes the data objects of attempts that came to nothing.
package struct AttemptCleaner: Sendable {
    private let store: any ObjectStore
    private let folder: JobFolder
    private let log: JobLog

    package init(store: any ObjectStore, folder: JobFolder, log: JobLog) {
        self.store = store
        self.folder = folder
        self.log = log
    }

    /// Removes the objects of every other attempt, and what dead processes left unfinished.
    package func removeOthers(than attemptId: String) async throws {
        let kept = folder.prefix + attemptId + "/"
        for object in try await store.list(prefix: folder.prefix) {
            let name = object.key.text.dropFirst(folder.prefix.count)
            // Objects directly in the folder are the manifest and the cancel marker.
            guard name.contains("/"), !object.key.text.hasPrefix(kept) else { continue }
            log.debug("removing \(object.key.text) of an earlier attempt")
            try await store.delete(object.key)
        }
        try await sweep()
    }

    /// Removes what dead processes left in the store's own area and in the job's folder.
    package func sweep() async throws {
        try await store.sweep(prefix: folder.prefix)
    }

    /// Removes the marker of a cancellation that the manifest now shows.
    package func removeCancelMarker() async {
        do throws(JobError) {
            try await store.delete(folder.cancelMarker())
        } catch {
            log.warning("the cancel marker could not be removed: \(error.description)")
        }
    }

    /// Removes the objects of one attempt, as far as the store lets it.
    package func removeOwn(_ attemptId: String) async {
        do {
            for object in try await store.list(prefix: folder.prefix + attemptId + "/") {
                try await store.delete(object.key)
            }
        } catch {
            log.warning("objects of the failed attempt could not be removed: \(JobError.wrapping(error).description)")
        }
    }
}

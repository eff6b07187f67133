package import JobCore
package import ObjectStorage

/// Fresh download links for the objects of a result.
package struct DownloadLinks: Sendable {
    private let store: any ObjectStore

    package init(store: any ObjectStore) { self.store = store }

    /// The result with a link at every file, and when the links end.
    package func sign(_ result: JobResult) async throws -> (result: JobResult, expiresAt: Instant) {
        var signed = result
        let seconds = result.downloadURLTTL
        var expiresAt: Instant?
        for index in signed.files.indices {
            let file = signed.files[index]
            let link = try await store.downloadLink(
                ObjectKey(validating: file.key), fileName: file.name, secondsToLive: seconds)
            signed.files[index].url = link.url
            // By the store's clock, and earlier where the credentials end earlier.
            if let end = link.expiresAt { expiresAt = min(expiresAt ?? end, end) }
        }
        if let rejects = signed.rejects {
            signed.rejects?.url = try await store.downloadLink(
                ObjectKey(validating: rejects.key), fileName: rejects.name, secondsToLive: seconds
            ).url
        }
        return (signed, expiresAt ?? WallClock.now() + .seconds(seconds))
    }
}

package import JobCore
import Signing

/// A store in a folder (`file:PATH`): each object is a plain file at its key's path, readable with any tool.
///
/// Safe for any number of processes on one file system with working `flock`. `.dataio` below the root holds staging
/// files and locks. Writers that do not go through a store are seen, as changes, but not kept out.
package actor LocalStore: ObjectStore {
    package nonisolated let description: String
    private nonisolated let executor = BlockingExecutor(label: "data-io.store")
    private let tree: ObjectTree

    /// Opens the folder; throws `store_missing` when it is not there.
    package init(root: String, createRoot: Bool) throws(JobError) {
        tree = try ObjectTree(path: root, creating: createRoot)
        description = "file:\(root)"
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    package func put(
        _ bytes: [UInt8], at key: ObjectKey, contentType: String, mode: PutMode
    ) async throws(JobError) -> ObjectInfo {
        let staged = try StagedFile(in: tree)
        try staged.file.write(bytes, "write object \(key)")
        let contents = bytes.count <= ObjectTree.contentTagLimit ? SHA256Digest.of(bytes) : nil
        return try tree.publish(staged, at: key, mode: mode, contents: contents)
    }

    package func head(_ key: ObjectKey) async throws(JobError) -> ObjectInfo? {
        guard let file = try tree.openObject(key) else { return nil }
        return try tree.describe(file, key)
    }

    package func get(_ key: ObjectKey, range: Range<Int>?) async throws(JobError) -> StoredObject {
        guard let file = try tree.openObject(key) else { throw StoreFailure.notFound(key) }
        let status = try file.status("inspect object \(key)")
        let range = range ?? 0..<status.size
        guard range.lowerBound >= 0, range.upperBound <= status.size else {
            throw StoreFailure.invalidRange(key, range, size: status.size)
        }
        // A short object is read whole, because its contents are its tag.
        let isShort = status.size <= ObjectTree.contentTagLimit
        let wanted = isShort ? 0..<status.size : range
        var bytes: [UInt8] = []
        try file.read(into: &bytes, count: wanted.count, at: wanted.lowerBound, "read object \(key)")
        let after = try file.status("inspect object \(key)")
        guard bytes.count == wanted.count, after.isSameVersion(as: status) else { throw StoreFailure.changed(key) }
        let info = tree.info(key, status, contents: isShort ? SHA256Digest.of(bytes) : nil)
        return StoredObject(
            info: info, bytes: wanted == range ? bytes : Array(bytes[range]), readAt: WallClock.now())
    }

    package func openReader(_ key: ObjectKey, chunkBytes: Int) async throws(JobError) -> any ObjectReader {
        guard let file = try tree.openObject(key) else { throw StoreFailure.notFound(key) }
        return try LocalReader(file, key, in: tree, chunkBytes: chunkBytes)
    }

    package func beginUpload(_ key: ObjectKey, contentType: String) async throws(JobError) -> any ObjectUpload {
        try LocalUpload(key, in: tree)
    }

    package func list(prefix: String) async throws(JobError) -> [ObjectInfo] { try tree.list(prefix: prefix) }

    package func delete(_ key: ObjectKey) async throws(JobError) { try tree.remove(key) }

    /// A `file:` URL (RFC 8089); it has no name of its own and does not expire.
    package func downloadLink(
        _ key: ObjectKey, fileName: String, secondsToLive: Int
    ) async throws(JobError) -> ObjectLink {
        link(key)
    }

    package func uploadLink(_ key: ObjectKey, secondsToLive: Int) async throws(JobError) -> ObjectLink { link(key) }

    private func link(_ key: ObjectKey) -> ObjectLink {
        let path = tree.path == "/" ? "/\(key)" : "\(tree.path)/\(key)"
        return ObjectLink(url: "file://" + URIEncoding.path(path), expiresAt: nil)
    }

    package func sweep(prefix: String, where abandoned: @Sendable (ObjectKey) -> Bool) async throws(JobError) {
        try StagedFile.sweep(tree)
        try tree.removeEmptyFolders(prefix: prefix)
    }
}

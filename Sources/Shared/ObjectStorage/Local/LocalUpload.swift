import JobCore
import Signing

/// Writes one object of a local store to a staging file and gives it its name in `complete`.
actor LocalUpload: ObjectUpload {
    /// Bytes that are worth telling the disk of.
    private static let stretch = 8 << 20

    private nonisolated let executor = BlockingExecutor(label: "data-io.upload")
    private let tree: ObjectTree
    private let key: ObjectKey
    private var staged: StagedFile?
    private var hasher: SHA256Hasher?
    private var size = 0
    /// Bytes that the disk was told to write.
    private var underWay = 0
    private var failure: JobError

    init(_ key: ObjectKey, in tree: ObjectTree) throws(JobError) {
        self.key = key
        self.tree = tree
        staged = try StagedFile(in: tree)
        hasher = SHA256Hasher()
        failure = StoreFailure.uploadEnded(key)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func write(_ bytes: [UInt8]) async throws(JobError) {
        guard let staged = staged.take() else { throw failure }
        do {
            try staged.file.write(bytes, "write object \(key)")
        } catch {
            failure = error
            throw error
        }
        size += bytes.count
        if size - underWay >= Self.stretch {
            staged.file.startWriting(from: underWay, count: size - underWay)
            underWay = size
        }
        self.staged = consume staged
        // A longer object is not known by its contents.
        if size > ObjectTree.contentTagLimit { _ = hasher.take() }
        guard var hasher = hasher.take() else { return }
        hasher.update(bytes)
        self.hasher = consume hasher
    }

    func complete(mode: PutMode) async throws(JobError) -> ObjectInfo {
        guard let staged = staged.take() else { throw failure }
        var contents: SHA256Digest?
        if var hasher = hasher.take() { contents = hasher.finish() }
        do {
            return try tree.publish(staged, at: key, mode: mode, contents: contents)
        } catch {
            failure = error
            throw error
        }
    }

    func abort() {
        _ = staged.take()
        _ = hasher.take()
    }
}

import JobCore

/// Reads one object of a local store through a descriptor that stays on the version that was opened.
actor LocalReader: ObjectReader {
    nonisolated let info: ObjectInfo
    private nonisolated let executor = BlockingExecutor(label: "data-io.reader")
    private let chunkBytes: Int
    private let opened: FileStatus
    private var file: FileDescriptor?
    private var offset = 0
    private var failure: JobError

    init(
        _ file: consuming FileDescriptor, _ key: ObjectKey, in tree: ObjectTree, chunkBytes: Int
    ) throws(JobError) {
        precondition(chunkBytes > 0, "a chunk has at least one byte")
        self.chunkBytes = chunkBytes
        // Before the description, so that a change between the two is seen by the first read.
        opened = try file.status("inspect object \(key)")
        info = try tree.describe(file, key)
        self.file = consume file
        failure = StoreFailure.readerClosed(key)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool {
        guard let file = file.take() else { throw failure }
        do {
            try readChunk(of: file, into: &buffer)
        } catch {
            buffer.removeAll(keepingCapacity: true)
            failure = error
            throw error
        }
        self.file = consume file
        offset += buffer.count
        return !buffer.isEmpty
    }

    func close() {
        _ = file.take()
    }

    private func readChunk(of file: borrowing FileDescriptor, into buffer: inout [UInt8]) throws(JobError) {
        let wanted = min(chunkBytes, info.size - offset)
        try file.read(into: &buffer, count: wanted, at: offset, "read object \(info.key)")
        let status = try file.status("inspect object \(info.key)")
        // A replaced file has no name left. The descriptor would still read it, but jobs shall see the same of a
        // change on every kind of store.
        guard buffer.count == wanted, status.linkCount > 0, status.isSameVersion(as: opened), status.size == info.size
        else { throw StoreFailure.changed(info.key) }
    }
}

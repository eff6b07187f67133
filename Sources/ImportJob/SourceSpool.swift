internal import Formats
internal import JobCore

/// A whole source on this machine's disk: for an import whose one transaction must not wait for it, or of a format that
/// is sought in.
///
/// The file is in `TMPDIR`, by default `/tmp`, and has no name: it ends with the process, however that ends.
actor SourceSpool {
    private let executor = BlockingExecutor(label: "source-spool")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Room that others on the same disk are left with.
    private static let reserve = 64 << 20
    /// Bytes between two looks at the room that is left.
    private static let stride = 16 << 20
    private static let chunkBytes = 1 << 18

    private let file: NamelessFile
    private let user: User
    private var size = 0
    private var position = 0
    /// The size at which the room that is left is looked at again.
    private var checkedUpTo = 0
    private var mayBeCut = false

    /// Who needs a whole source on the disk, and what else could be done.
    struct User {
        fileprivate let name: String
        fileprivate let way: String

        static let atomicImport = User(name: "an atomic import", way: ", or import without 'atomic'")

        static func format(_ name: String) -> User { User(name: "an import of the format \(name)", way: "") }
    }

    /// An empty file.
    ///
    /// Throws `spool_unavailable` (78).
    init(for user: User) throws(JobError) {
        self.user = user
        do {
            file = try NamelessFile()
        } catch {
            throw JobError(
                .spoolUnavailable,
                "\(user.name) keeps its whole source in \(NamelessFile.folder), and nothing can be written there: "
                    + "error \(error.number)")
        }
    }

    /// What was put in so far, for reading anywhere.
    var contents: SpooledBytes { SpooledBytes(file: file, size: size) }

    /// Reads the source to its end; returns how many bytes it has.
    ///
    /// Throws `disk_full` (71) and what the source throws.
    func fill(_ source: ImportSource) async throws -> Int {
        if let expected = source.size { try checkRoom(for: expected) }
        var chunk: [UInt8] = []
        while try await source.read(into: &chunk) {
            try Task.checkCancellation()
            try append(chunk)
        }
        mayBeCut = await source.mayBeCut()
        return size
    }

    /// Whether nothing told that the source was cut short.
    func wasPerhapsCut() -> Bool { mayBeCut }

    /// Replaces the contents of the buffer with the next bytes; `false` at the end.
    func read(into buffer: inout [UInt8]) throws(JobError) -> Bool {
        try contents.read(Self.chunkBytes, at: position, into: &buffer)
        position += buffer.count
        return !buffer.isEmpty
    }

    /// Adds bytes at the end.
    ///
    /// Throws `disk_full` (71) and `io_error` (71).
    func append(_ bytes: [UInt8]) throws(JobError) {
        if size >= checkedUpTo {
            try checkRoom(for: 0)
            checkedUpTo += Self.stride
        }
        do {
            try file.append(bytes)
        } catch {
            throw error.isFull ? full : .spoolBroken(error)
        }
        size += bytes.count
    }

    private func checkRoom(for bytes: Int) throws(JobError) {
        guard let room = file.room else { return }
        if room < Self.reserve || room - Self.reserve < bytes { throw full }
    }

    private var full: JobError {
        JobError(
            .diskFull, "\(user.name) keeps its whole source in \(NamelessFile.folder), and there is no room left",
            hint: "free space, or name another folder in TMPDIR\(user.way)")
    }
}

/// The bytes of a spool, to be read anywhere.
struct SpooledBytes: SeekableSource {
    fileprivate let file: NamelessFile
    let size: Int

    func read(_ count: Int, at offset: Int, into buffer: inout [UInt8]) throws(JobError) {
        do {
            try file.read(max(min(count, size - offset), 0), at: offset, into: &buffer)
        } catch {
            throw JobError.spoolBroken(error)
        }
    }
}

extension JobError {
    fileprivate static func spoolBroken(_ failure: NamelessFile.Failure) -> JobError {
        JobError(
            .ioError, "the copy of the source in \(NamelessFile.folder): error \(failure.number)",
            hint: "check the disk")
    }
}

internal import Glibc
internal import JobCore

/// A whole source on this machine's disk, for an import whose one transaction must not wait for it.
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

    private let folder: String
    private let file: Int32
    private var size = 0
    private var position = 0
    private var mayBeCut = false

    /// An empty file.
    ///
    /// Throws `spool_unavailable` (78).
    init() throws(JobError) {
        folder = Self.folder
        file = try Self.openNameless(in: folder)
    }

    deinit { _ = Glibc.close(file) }

    /// Where such files are.
    static var folder: String { unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp" }

    /// Reads the source to its end; returns how many bytes it has.
    ///
    /// Throws `disk_full` (71) and what the source throws.
    func fill(_ source: ImportSource) async throws -> Int {
        if let expected = source.size { try checkRoom(for: expected) }
        var chunk: [UInt8] = []
        var checked = 0
        while try await source.read(into: &chunk) {
            try Task.checkCancellation()
            if size >= checked {
                try checkRoom(for: 0)
                checked += Self.stride
            }
            try append(chunk)
        }
        mayBeCut = await source.mayBeCut()
        return size
    }

    /// Whether nothing told that the source was cut short.
    func wasPerhapsCut() -> Bool { mayBeCut }

    /// Replaces the contents of the buffer with the next bytes; `false` at the end.
    func read(into buffer: inout [UInt8]) throws(JobError) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        var failed: Int32 = 0
        buffer.append(addingCapacity: Self.chunkBytes) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, done in
                var got = -1
                repeat {
                    got = unsafe pread(file, room.baseAddress, Self.chunkBytes, off_t(position))
                } while got < 0 && errno == EINTR
                if got < 0 { failed = errno } else { done = got }
            }
        }
        if failed != 0 { throw failure(failed) }
        position += buffer.count
        return !buffer.isEmpty
    }

    private func append(_ bytes: [UInt8]) throws(JobError) {
        let failed = unsafe bytes.withUnsafeBytes { buffer -> Int32 in
            var done = 0
            while done < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = unsafe Glibc.write(file, rest.baseAddress, rest.count)
                if count < 0 && errno != EINTR { return errno }
                done += max(count, 0)
            }
            return 0
        }
        if failed != 0 { throw failure(failed) }
        size += bytes.count
    }

    private func checkRoom(for bytes: Int) throws(JobError) {
        var status = statvfs()
        if unsafe fstatvfs(file, &status) != 0 { return }
        let (room, isMore) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: status.f_frsize))
        if !isMore, room < Self.reserve || room - Self.reserve < bytes { throw failure(ENOSPC) }
    }

    private func failure(_ number: Int32) -> JobError {
        if number == ENOSPC || number == EDQUOT {
            return JobError(
                .diskFull,
                "an atomic import keeps its whole source in \(folder), and there is no room left",
                hint: "free space, name another folder in TMPDIR, or import without 'atomic'")
        }
        return JobError(
            .ioError, "the copy of the source in \(folder): error \(number)", hint: "check the disk")
    }

    /// A file that no folder names.
    static func openNameless(in folder: String) throws(JobError) -> Int32 {
        // O_TMPFILE, which is a macro that Swift does not see (open(2)).
        let flags = 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC
        let nameless = unsafe open(folder, flags, 0o600)
        if nameless >= 0 { return nameless }
        // Not every file system has it.
        var path = Array("\(folder)/data-io-XXXXXX".utf8CString)
        let named = unsafe mkstemp(&path)
        if named < 0 {
            throw JobError(
                .spoolUnavailable,
                "an atomic import keeps its whole source in \(folder), and nothing can be written there: error \(errno)"
            )
        }
        unsafe unlink(&path)
        return named
    }
}

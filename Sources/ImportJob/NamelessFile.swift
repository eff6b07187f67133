internal import Glibc

/// A file on this machine's disk that no folder names: it ends with the process, however that ends.
///
/// In `TMPDIR`, by default `/tmp`. Writing is for one task at a time; reading may go on beside it.
final class NamelessFile: Sendable {
    /// Why a call of the system failed (errno(3)).
    struct Failure: Error {
        let number: Int32

        /// The disk is full, or what this user may have of it.
        var isFull: Bool { number == ENOSPC || number == EDQUOT }
    }

    private let descriptor: Int32

    /// Where such files are.
    static var folder: String { unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp" }

    /// An empty file.
    init(in folder: String = NamelessFile.folder) throws(Failure) {
        // O_TMPFILE, which is a macro that Swift does not see (open(2)).
        let flags = 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC
        let nameless = unsafe open(folder, flags, 0o600)
        if nameless >= 0 {
            descriptor = nameless
            return
        }
        // Not every file system has it.
        var path = Array("\(folder)/data-io-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&path)
        if descriptor < 0 { throw Failure(number: errno) }
        unsafe unlink(&path)
    }

    deinit { _ = close(descriptor) }

    /// Bytes that are left on its disk; `nil` where that cannot be told.
    var room: Int? {
        var status = statvfs()
        if unsafe fstatvfs(descriptor, &status) != 0 { return nil }
        let (room, isMore) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: status.f_frsize))
        return isMore ? nil : room
    }

    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) throws(Failure) {
        let failed = unsafe bytes.withUnsafeBytes { buffer -> Int32 in
            var done = 0
            while done < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = unsafe write(descriptor, rest.baseAddress, rest.count)
                if count < 0 && errno != EINTR { return errno }
                done += max(count, 0)
            }
            return 0
        }
        if failed != 0 { throw Failure(number: failed) }
    }

    /// Replaces the contents of the buffer with the `count` bytes from `offset` on, or those that are there.
    func read(_ count: Int, at offset: Int, into buffer: inout [UInt8]) throws(Failure) {
        buffer.removeAll(keepingCapacity: true)
        var failed: Int32 = 0
        buffer.append(addingCapacity: max(count, 0)) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, done in
                while done < count {
                    let to = unsafe room.baseAddress.map { unsafe $0 + done }
                    let got = unsafe pread(descriptor, to, count - done, off_t(offset + done))
                    if got == 0 { return }
                    if got < 0 && errno != EINTR {
                        failed = errno
                        return
                    }
                    done += max(got, 0)
                }
            }
        }
        if failed != 0 { throw Failure(number: failed) }
    }
}

import Glibc
import JobCore

/// What `fstat` tells that stores use.
struct FileStatus {
    var size: Int
    var modifiedNanoseconds: Int64
    var inode: UInt64
    /// Names the file has; 0 when it was replaced or removed since it was opened.
    var linkCount: Int

    init(_ raw: stat) {
        size = Int(raw.st_size)
        modifiedNanoseconds = Int64(raw.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(raw.st_mtim.tv_nsec)
        inode = UInt64(raw.st_ino)
        linkCount = Int(raw.st_nlink)
    }

    /// Whether the contents are the same, as far as the status tells.
    func isSameVersion(as other: FileStatus) -> Bool {
        size == other.size && modifiedNanoseconds == other.modifiedNanoseconds && inode == other.inode
    }
}

/// An open file or folder; closed at the end of its life.
struct FileDescriptor: ~Copyable {
    let number: Int32

    private init(number: Int32) { self.number = number }

    deinit {
        // A close that fails loses nothing: what must be durable was synchronised before.
        _ = close(number)
    }

    /// Opens `name` in a folder, never through a symbolic link; `nil` leaves the reason in `errno`.
    static func open(_ name: String, in folder: Int32, _ flags: Int32, mode: mode_t = 0) -> FileDescriptor? {
        let number = uninterrupted { unsafe openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
        return number < 0 ? nil : FileDescriptor(number: number)
    }

    /// Opens the folder at a path, following links; `nil` leaves the reason in `errno`.
    static func openRoot(_ path: String) -> FileDescriptor? {
        let number = uninterrupted { unsafe openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        return number < 0 ? nil : FileDescriptor(number: number)
    }

    func status(_ action: @autoclosure () -> String) throws(JobError) -> FileStatus {
        var raw = stat()
        if unsafe fstat(number, &raw) != 0 { throw FileFailure.current(action()) }
        return FileStatus(raw)
    }

    /// Waits until all that was written is on the disk.
    func synchronise(_ action: @autoclosure () -> String) throws(JobError) {
        if uninterrupted({ fsync(number) }) != 0 { throw FileFailure.current(action()) }
    }

    /// Lets the disk begin with what was written there, so that `synchronise` has little left to wait for.
    ///
    /// Only a hint. Linux starts to write the dirty pages of a range that is said to be of no more use.
    func startWriting(from offset: Int, count: Int) {
        _ = posix_fadvise(number, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    func write(_ bytes: [UInt8], _ action: @autoclosure () -> String) throws(JobError) {
        let failed = unsafe bytes.withUnsafeBytes { buffer -> Int32 in
            var done = 0
            while done < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = uninterrupted { unsafe Glibc.write(number, rest.baseAddress, rest.count) }
                if count < 0 { return errno }
                done += count
            }
            return 0
        }
        if failed != 0 { throw FileFailure.make(failed, action()) }
    }

    /// Replaces the contents of the buffer with up to `count` bytes from an offset; fewer only at the end of the file.
    func read(
        into buffer: inout [UInt8], count: Int, at offset: Int, _ action: @autoclosure () -> String
    ) throws(JobError) {
        buffer.removeAll(keepingCapacity: true)
        var failed: Int32 = 0
        buffer.append(addingCapacity: count) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, done in
                while done < count {
                    let rest = unsafe UnsafeMutableBufferPointer(rebasing: room[done..<count])
                    let got = uninterrupted { unsafe pread(number, rest.baseAddress, rest.count, off_t(offset + done)) }
                    if got < 0 { failed = errno }
                    if got <= 0 { return }
                    done += got
                }
            }
        }
        if failed != 0 { throw FileFailure.make(failed, action()) }
    }

    /// Takes the exclusive `flock` of the open file; `false` when another holds it and `waiting` is not wanted.
    func lock(waiting: Bool, _ action: @autoclosure () -> String) throws(JobError) -> Bool {
        if uninterrupted({ flock(number, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) }) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw FileFailure.current(action())
    }
}

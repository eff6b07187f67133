import Glibc
import JobCore
import Signing

/// The folder of a local store, walked one segment at a time so that no link can lead out of it.
final class ObjectTree: Sendable {
    /// Objects up to this size have their contents as their tag; longer ones size, time and inode.
    static let contentTagLimit = 1 << 20

    /// The absolute path, without links.
    let path: String
    private let root: FileDescriptor

    /// Opens the folder; throws `store_missing`.
    init(path: String, creating: Bool) throws(JobError) {
        if creating { try Self.createFolders(path) }
        guard let root = FileDescriptor.openRoot(path) else { throw FileFailure.unavailable(path, errno) }
        self.root = root
        guard let resolved = unsafe realpath(path, nil) else { throw FileFailure.unavailable(path, errno) }
        self.path = unsafe String(cString: resolved)
        unsafe free(resolved)
    }

    /// Opens a folder below the root.
    ///
    /// - Returns: `nil` when it is not there and was not to be created.
    func openFolder(_ segments: some Sequence<Substring>, creating: Bool) throws(JobError) -> FileDescriptor? {
        let flags = O_RDONLY | O_DIRECTORY
        guard var folder = FileDescriptor.open(".", in: root.number, flags) else {
            throw FileFailure.unavailable(path, errno)
        }
        for segment in segments {
            let name = String(segment)
            if let next = FileDescriptor.open(name, in: folder.number, flags) {
                folder = next
                continue
            }
            let reason = errno
            if reason == ENOTDIR || reason == ELOOP {
                if isLink(name, in: folder) { throw FileFailure.unsafeEntry("open folder \(name)") }
                if !creating { return nil }
            }
            guard reason == ENOENT else { throw FileFailure.make(reason, "open folder \(name)") }
            if !creating { return nil }
            folder = try create(name, in: folder)
        }
        return folder
    }

    /// Opens an object for reading; `nil` when there is none.
    func openObject(_ key: ObjectKey) throws(JobError) -> FileDescriptor? {
        let segments = key.segments
        guard let name = segments.last, let folder = try openFolder(segments.dropLast(), creating: false) else {
            return nil
        }
        return try openObject(String(name), in: folder, key)
    }

    /// Opens an object in its folder; `nil` when there is none.
    func openObject(
        _ name: String, in folder: borrowing FileDescriptor, _ key: ObjectKey
    ) throws(JobError) -> FileDescriptor? {
        // Without O_NONBLOCK the open of a pipe would wait for its other end.
        guard let file = FileDescriptor.open(name, in: folder.number, O_RDONLY | O_NONBLOCK) else {
            switch errno {
            case ENOENT: return nil
            case ELOOP, ENXIO: throw FileFailure.unsafeEntry("open object \(key)")
            default: throw FileFailure.current("open object \(key)")
            }
        }
        var raw = stat()
        if unsafe fstat(file.number, &raw) != 0 { throw FileFailure.current("inspect object \(key)") }
        switch raw.st_mode & S_IFMT {
        case S_IFREG: return file
        case S_IFDIR: return nil
        default: throw FileFailure.unsafeEntry("open object \(key)")
        }
    }

    /// Describes an open object; reads it when its tag is made of its contents.
    func describe(_ file: borrowing FileDescriptor, _ key: ObjectKey) throws(JobError) -> ObjectInfo {
        let status = try file.status("inspect object \(key)")
        guard status.size <= Self.contentTagLimit else { return info(key, status, contents: nil) }
        var bytes: [UInt8] = []
        try file.read(into: &bytes, count: status.size, at: 0, "read object \(key)")
        guard bytes.count == status.size else { throw StoreFailure.changed(key) }
        return info(key, status, contents: SHA256Digest.of(bytes))
    }

    /// What the status and the digest of the contents, needed up to `contentTagLimit`, say about an object.
    func info(_ key: ObjectKey, _ status: FileStatus, contents: SHA256Digest?) -> ObjectInfo {
        let tag = contents.map { String($0.hex.prefix(32)) }
        return ObjectInfo(
            key: key, size: status.size,
            tag: ObjectTag(rawValue: tag ?? "\(status.size)-\(status.modifiedNanoseconds)-\(status.inode)"),
            lastModified: Instant(microseconds: status.modifiedNanoseconds / 1000))
    }

    private func isLink(_ name: String, in folder: borrowing FileDescriptor) -> Bool {
        var raw = stat()
        return unsafe fstatat(folder.number, name, &raw, AT_SYMLINK_NOFOLLOW) == 0 && raw.st_mode & S_IFMT == S_IFLNK
    }

    private func create(_ name: String, in folder: borrowing FileDescriptor) throws(JobError) -> FileDescriptor {
        let action = "create folder \(name)"
        if unsafe mkdirat(folder.number, name, 0o750) != 0, errno != EEXIST { throw FileFailure.current(action) }
        // A folder another process has just made may not be durable yet either, so this comes in both cases.
        try folder.synchronise(action)
        guard let created = FileDescriptor.open(name, in: folder.number, O_RDONLY | O_DIRECTORY) else {
            throw FileFailure.current(action)
        }
        return created
    }

    private static func createFolders(_ path: String) throws(JobError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for segment in path.split(separator: "/") {
            partial += partial.isEmpty || partial == "/" ? String(segment) : "/\(segment)"
            if unsafe mkdir(partial, 0o750) != 0, errno != EEXIST, errno != EISDIR {
                throw FileFailure.make(errno, "create the store's folder \(path)")
            }
        }
    }
}

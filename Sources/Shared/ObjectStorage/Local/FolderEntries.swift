import Glibc
import JobCore

/// The entries of one folder.
enum FolderEntries {
    /// What an entry is; links count as `other` and are never followed.
    enum Kind {
        case file, folder, other
    }

    /// One name in a folder.
    struct Entry {
        let name: String
        let kind: Kind
    }

    /// All entries but the folder itself and its parent, in no order.
    ///
    /// Names that are not UTF-8 are left out; no key can name them.
    static func read(
        _ folder: borrowing FileDescriptor, _ action: @autoclosure () -> String
    ) throws(JobError) -> [Entry] {
        // The stream owns its descriptor and moves its offset, so it gets one of its own.
        let copy = uninterrupted { unsafe openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        guard copy >= 0 else { throw FileFailure.current(action()) }
        guard let stream = unsafe fdopendir(copy) else {
            let reason = errno
            _ = close(copy)
            throw FileFailure.make(reason, action())
        }
        defer { unsafe _ = closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw FileFailure.current(action()) }
                return entries
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
            }
            guard let name, name != ".", name != ".." else { continue }
            let kind = unsafe kind(of: name, Int32(entry.pointee.d_type), in: folder)
            entries.append(Entry(name: name, kind: kind))
        }
    }

    private static func kind(of name: String, _ type: Int32, in folder: borrowing FileDescriptor) -> Kind {
        switch Int(type) {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_UNKNOWN):
            // Some file systems do not tell the type in the listing.
            var raw = stat()
            guard unsafe fstatat(folder.number, name, &raw, AT_SYMLINK_NOFOLLOW) == 0 else { return .other }
            switch raw.st_mode & S_IFMT {
            case S_IFREG: return .file
            case S_IFDIR: return .folder
            default: return .other
            }
        default: return .other
        }
    }
}

internal import Glibc
internal import JobCore

/// The few file operations of a first run.
enum FileLayout {
    /// Creates the folder of a file; an existing one is fine.
    ///
    /// Throws `folder_unavailable` (78).
    static func createFolder(of path: String) throws(JobError) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if unsafe folder.isEmpty || mkdir(folder, 0o755) == 0 || errno == EEXIST { return }
        throw failure("the folder \(folder) cannot be created")
    }

    private static let draftMark = ".draft-"

    /// A name beside `path` for this process to build the file under.
    static func draftName(of path: String) -> String { "\(path)\(draftMark)\(getpid())" }

    /// Removes the drafts of processes that are gone.
    static func removeAbandonedDrafts(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        guard let name = parts.last, let stream = unsafe opendir(folder.isEmpty ? "." : folder) else { return }
        defer { unsafe _ = closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let found = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard found.hasPrefix(name + draftMark) else { continue }
            let owner = found.dropFirst(name.count + draftMark.count).prefix { $0.isNumber }
            guard let process = pid_t(owner), kill(process, 0) != 0, errno == ESRCH else { continue }
            unsafe unlink((folder.isEmpty ? "" : folder + "/") + found)
        }
    }

    /// Gives a finished file its name if that is still free; false when another process was faster.
    static func publish(_ draft: String, as path: String) throws(JobError) -> Bool {
        if unsafe link(draft, path) == 0 { return true }
        if errno == EEXIST { return false }
        throw failure("\(path) cannot be created")
    }

    /// Removes a database file and what belongs to it, if it is there.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unsafe unlink(path + suffix) }
    }

    private static func failure(_ message: String) -> JobError {
        let number = errno
        let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        if number == ENOSPC {
            return JobError(.diskFull, "\(message): \(text)", hint: "free space")
        }
        return JobError(
            .folderUnavailable, "\(message): \(text)")
    }
}

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
            return JobError("disk_full", .osError, "\(message): \(text)", hint: "free space")
        }
        return JobError(
            "folder_unavailable", .configuration, "\(message): \(text)",
            hint: "run where the user may write, or set DATABASE_URL and OBJECT_STORE_URL")
    }
}

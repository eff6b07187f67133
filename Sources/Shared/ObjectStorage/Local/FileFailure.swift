import Glibc
import JobCore

/// Error numbers of the file system as job errors; the only place that maps them.
enum FileFailure {
    /// The error for `errno` as it is now; call it before anything else can change the number.
    static func current(_ action: String) -> JobError { make(errno, action) }

    /// The error for an `errno` value; `action` completes "could not", as in "write object a/b".
    static func make(_ number: Int32, _ action: String) -> JobError {
        func failure(_ code: ErrorCode, _ reason: String, _ hint: String?) -> JobError {
            JobError(code, "could not \(action): \(reason)", hint: hint)
        }
        switch number {
        case ENOSPC:
            return failure(.diskFull, "no space left", "free space on the store's file system")
        case EDQUOT:
            return failure(.diskFull, "the quota is used up", "free space or raise the quota")
        case EFBIG:
            return failure(.fileLimit, "the file system allows no file that long", nil)
        case EMFILE, ENFILE:
            return failure(.outOfFiles, "too many open files", "raise the limit of open files")
        case ENOMEM:
            return failure(.outOfMemory, "no memory left", "give the job more memory")
        case EACCES, EPERM:
            return failure(
                .storePermissionDenied, "permission denied",
                "give the job's user access to the store's folder")
        case EROFS:
            return failure(
                .storePermissionDenied, "the file system is read-only",
                "mount the store's file system for writing")
        case EISDIR, ENOTDIR, EEXIST, ENOTEMPTY:
            return failure(
                .keyConflict, "one key is a folder of another",
                "choose a key that neither is nor contains a folder of the store")
        case ELOOP:
            return unsafeEntry(action)
        case ENAMETOOLONG:
            return failure(.invalidKey, "the path is too long", "use a shorter key")
        default:
            return failure(.ioError, "error \(number)", "check the store's file system")
        }
    }

    /// A symbolic link, a pipe or a device is where an object or a folder should be.
    static func unsafeEntry(_ action: String) -> JobError {
        JobError(
            .unsafeEntry, "could not \(action): it is neither a plain file nor a plain folder")
    }

    /// The folder of the store cannot be used at all.
    static func unavailable(_ root: String, _ number: Int32) -> JobError {
        switch number {
        case ENOENT:
            JobError(
                .storeMissing, "the store's folder \(root) does not exist",
                hint: "create the folder or correct the path")
        case ENOTDIR, ELOOP, ENAMETOOLONG:
            JobError(
                .storeMissing, "the store's path \(root) is not a folder",
                hint: "correct the path")
        default:
            make(number, "open the store's folder \(root)")
        }
    }
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
func uninterrupted<Result: FixedWidthInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

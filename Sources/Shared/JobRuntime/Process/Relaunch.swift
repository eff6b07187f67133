internal import JobCore
internal import Synchronization

/// What launching this process's job again needs to be told.
///
/// An import whose spec has no id gets a fresh one with each launch: the rows that an earlier launch committed would be
/// those of a stranger.
enum Relaunch {
    private static let jobId = Mutex<String?>(nil)

    /// Takes note of a job that another launch can only go on with when it is told its id.
    static func note(_ spec: CommonSpec) {
        if spec.kind.loadsRows && !spec.hasOwnJobId { jobId.withLock { $0 = spec.jobId } }
    }

    /// The failure with what to launch the job again with.
    static func explained(_ error: JobError) -> JobError {
        guard error.isRetryable, let id = jobId.withLock({ $0 }) else { return error }
        return explained(error, jobId: id)
    }

    static func explained(_ error: JobError, jobId: String) -> JobError {
        let way = "it goes on where it was only with \"jobId\": \"\(jobId)\" in its spec"
        if let hint = error.hint, hint.contains(way) { return error }
        return JobError(
            error.code, error.message, hint: error.hint.map { "\($0); \(way)" } ?? way,
            position: error.position, cause: error.cause)
    }
}

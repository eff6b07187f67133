/// Failures of jobs that more than one place finds.
extension JobError {
    /// A job of that id is there already, for other work.
    package static func otherSpec(_ jobId: String) -> JobError {
        JobError(
            .idempotencyMismatch, "job \(jobId) exists with another spec",
            hint: "a jobId names one piece of work; use a new one for a new spec")
    }

    /// Another attempt owns the job.
    package static func leaseLost(_ jobId: String) -> JobError {
        JobError(
            .leaseLost, "another attempt has taken over job \(jobId)",
            hint: "nothing to do: the other attempt carries on")
    }

    /// Somebody has cancelled the job.
    package static func cancelled(_ jobId: String) -> JobError {
        JobError(.cancelled, "job \(jobId) was cancelled", hint: "use a new jobId to run it")
    }

    /// The job's deadline has passed.
    package static let deadlinePassed = JobError(
        .deadline, "the job's deadline (notAfter) has passed", hint: "use a later notAfter and a new jobId")
}

package import Formats
package import JobCore
package import ObjectStorage

/// What a running attempt gets to work with.
package struct JobContext: Sendable {
    package let spec: CommonSpec
    package let backends: Backends
    package let folder: JobFolder
    package let meter: ProgressMeter
    package let log: JobLog
    /// What the manifest says beside the result, also of a job that fails.
    package let notes = NoteBook()
    /// Whether the job's last rows are committed, or it was cancelled before.
    package let commitment = Commitment()
    /// Objects of this attempt that its database may name.
    package let parts = StoredParts()
    /// Number of this attempt, from 1: a later one has a larger one.
    package let attempt: Int
    /// Data objects of this attempt go under it.
    package let attemptId: String
    /// When the job was first asked for: relative date ranges count from here, in every attempt.
    package let createdAt: Int64
    /// Bytes a second that a source by URL must send.
    package let sourceMinimumRate: Int

    /// Prefix of the data objects of this attempt.
    package var prefix: String { folder.prefix + attemptId + "/" }

    /// Key of a data object of this attempt.
    package func key(_ name: String) throws(JobError) -> ObjectKey {
        try folder.data(attemptId: attemptId, name: name)
    }
}

/// What a finished pipeline puts into the manifest.
package struct JobResult: Sendable {
    package var outcome = Manifest.Outcome.success
    package var counts = JobCounts()
    package var files: [ResultFile] = []
    package var rejects: RejectsFile?
    package var preview: JSONValue?
    /// The work is done and durable, but ends as a failure that the manifest must show (too many rejects).
    package var failure: JobError?
    /// Seconds that download links live.
    package var downloadURLTTL = 1800
    /// Runs once the manifest is out: what was kept only until then can go, if the objects it names are gone.
    package var afterPublishing: (@Sendable (_ isTidy: Bool) async -> Void)?

    package init() {}
}

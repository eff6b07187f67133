package import JobCore
package import ObjectStorage

/// What a running attempt gets to work with.
package struct JobContext: Sendable {
    package let spec: CommonSpec
    package let place: Workplace
    package let folder: JobFolder
    package let meter: ProgressMeter
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
    package let createdAt: Instant
    /// Bytes a second that a source by URL must send.
    package let sourceMinimumRate: Int

    package var log: JobLog { place.log }

    /// Prefix of the data objects of this attempt.
    package var prefix: String { folder.prefix + attemptId + "/" }

    /// Key of a data object of this attempt.
    package func key(_ name: String) throws(JobError) -> ObjectKey {
        try folder.data(attemptId: attemptId, name: name)
    }
}

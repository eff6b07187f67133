package import JobCore

/// What a finished pipeline puts into the manifest.
package struct JobResult: Sendable {
    package static let usualURLTTL = 1800

    package var outcome = Manifest.Outcome.success
    package var counts = JobCounts()
    package var files: [ResultFile] = []
    package var rejects: RejectsFile?
    package var preview: Preview?
    /// The work is done and durable, but ends as a failure that the manifest must show (too many rejects).
    package var failure: JobError?
    /// Seconds that download links live.
    package var downloadURLTTL = usualURLTTL
    /// Runs once the manifest is out: what was kept only until then can go, if the objects it names are gone.
    package var afterPublishing: (@Sendable (_ isTidy: Bool) async -> Void)?

    package init() {}
}

package import Formats
package import JobCore
internal import ObjectStorage

/// The one object anyone polls: what the job is, how far it is, what came of it.
package struct Manifest: Sendable {
    package enum Status: String, ManifestValue {
        case queued, running, completed, failed, cancelled, interrupted
    }

    package enum Outcome: String, ManifestValue {
        case success, partial
    }

    package var kind: JobKind
    package var jobId: String
    package var orgId: String
    package var resource: String
    package var format: String
    package var status: Status
    package var outcome: Outcome?
    /// Percent, 0…100; never goes back within an attempt.
    package var progress = 0.0
    package var timeLeftSeconds: Int?
    package var downloadURL: String?
    package var downloadURLExpiresAt: Instant?
    package var counts = JobCounts()
    package var files: [ResultFile] = []
    package var rejects: RejectsFile?
    /// The page for people.
    package var report: ReportFile?
    package var preview: Preview? {
        didSet { storedPreview = nil }
    }
    /// The preview as it was stored, with what another version may have put into it; `nil` once there is another one.
    private var storedPreview: JSONValue?
    /// What no code stops for.
    package var notes: [Note] = []
    package var error: ManifestFailure?
    package var spec: JSONValue
    package var specSHA256: String
    package var actor: JobActor?
    package var attempt = 0
    package var attemptId = ""
    package var leaseExpiresAt: Instant?
    /// The process that runs the attempt, while it runs.
    package var owner: ProcessIdentity?
    package var createdAt: Instant
    package var startedAt: Instant?
    package var updatedAt: Instant
    package var finishedAt: Instant?
    package var stats: JobStats?
    package var toolVersion = ToolVersion.text

    /// The manifest of a job that has not started.
    package init(_ spec: CommonSpec, format: String, actor: JobActor?, now: Instant) {
        kind = spec.kind
        jobId = spec.jobId
        orgId = spec.orgId
        resource = spec.resource.name
        self.format = format
        status = .queued
        self.spec = spec.shownValue
        specSHA256 = spec.sha256
        self.actor = actor
        createdAt = now
        updatedAt = now
    }

    /// The preview as the manifest has it; nothing of one that was stored is lost when it is written again.
    var previewJSON: JSONValue? {
        get { storedPreview ?? preview?.json }
        set {
            preview = newValue.flatMap { Preview(json: $0) }
            storedPreview = preview == nil ? nil : newValue
        }
    }

    /// How long the owner may still be silent, by the clock of the store, which all attempts share.
    ///
    /// None when the owner has certainly ended.
    func leaseLeft(in object: StoredObject) -> Duration {
        guard let leaseExpiresAt, owner?.hasEnded != true else { return .zero }
        return object.info.lastModified + (leaseExpiresAt - updatedAt) - object.readAt
    }

    /// Another launch goes on where this attempt was, or may: what it needs is kept.
    package var mayGoOn: Bool {
        switch status {
        case .queued, .running, .interrupted: true
        case .failed: error?.isRetryable != false
        case .completed, .cancelled: false
        }
    }

    /// A manifest in which nothing is known, to be read into.
    init() {
        kind = .export
        jobId = ""
        orgId = ""
        resource = ""
        format = ""
        status = .queued
        spec = .null
        specSHA256 = ""
        createdAt = Instant(microseconds: 0)
        updatedAt = createdAt
        toolVersion = ""
    }
}

package import Formats
package import JobCore
internal import ObjectStorage

/// The one object anyone polls: what the job is, how far it is, what came of it.
package struct Manifest: Sendable {
    package enum Status: String, Sendable {
        case queued, running, completed, failed, cancelled, interrupted
    }

    package enum Outcome: String, Sendable {
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
    private(set) var storedPreview: JSONValue?
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

    /// How long the owner may still be silent, by the clock of the store, which all attempts share.
    ///
    /// None when the owner has certainly ended.
    func leaseLeft(in object: StoredObject) -> Duration {
        guard let leaseExpiresAt, owner?.hasEnded != true else { return .zero }
        return object.info.lastModified + (leaseExpiresAt - updatedAt) - object.readAt
    }

    /// Takes over a preview as it was stored; nothing of it is lost when the manifest is written again.
    mutating func restore(preview stored: JSONValue?) {
        preview = stored.flatMap { Preview(json: $0) }
        storedPreview = stored
    }

    init(kind: JobKind, jobId: String, orgId: String, status: Status, spec: JSONValue, createdAt: Instant) {
        self.kind = kind
        self.jobId = jobId
        self.orgId = orgId
        resource = ""
        format = ""
        self.status = status
        self.spec = spec
        specSHA256 = ""
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}

/// Rows and bytes of a job.
package struct JobCounts: Sendable, Equatable {
    package var rowsTotal = 0
    package var rowsRead = 0
    package var rowsWritten = 0
    package var inserted = 0
    package var updated = 0
    package var skipped = 0
    package var rejected = 0
    package var unprocessed = 0
    package var bytesRead = 0
    package var bytesWritten = 0

    package init() {}

    /// Takes over how far an import is.
    package mutating func take(_ checkpoint: LoadCheckpoint) {
        rowsRead = checkpoint.records
        inserted = checkpoint.inserted
        updated = checkpoint.updated
        skipped = checkpoint.skipped
        rejected = checkpoint.rejected
        rowsWritten = checkpoint.inserted + checkpoint.updated
    }

    /// Whether every row that was read has exactly one fate.
    package var isBalanced: Bool { rowsRead == inserted + updated + skipped + rejected + unprocessed }
}

/// One object of the result.
package struct ResultFile: Sendable, Equatable {
    package var key: String
    package var name: String
    package var rows: Int
    package var bytes: Int
    package var sha256: String
    package var contentType: String
    package var compression: String
    package var url: String?

    package init(
        key: String, name: String, rows: Int, bytes: Int, sha256: String, contentType: String, compression: String
    ) {
        self.key = key
        self.name = name
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.contentType = contentType
        self.compression = compression
    }
}

/// The refused rows of an import.
package struct RejectsFile: Sendable, Equatable {
    package var key: String
    package var rows: Int
    package var bytes: Int
    package var sha256: String
    package var url: String?
    /// `none` or `gzip`.
    package var compression: String
    package var byCode: [String: Int]
    /// Refused rows that are not in the file, because there were too many.
    package var omitted: Int

    package init(
        key: String, rows: Int, bytes: Int, sha256: String, compression: String = "none", byCode: [String: Int],
        omitted: Int = 0
    ) {
        self.key = key
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.compression = compression
        self.byCode = byCode
        self.omitted = omitted
    }

    /// The last part of its key.
    package var name: String { key.split(separator: "/").last.map(String.init) ?? key }
}

/// The report of a job.
package struct ReportFile: Sendable, Equatable {
    package var key: String
    package var url: String?
}

/// Who asked for the job.
package struct JobActor: Sendable, Equatable {
    package var id: String
    package var role: String
    /// Id of the API key that proved it.
    package var key: String?

    package init(id: String, role: String, key: String? = nil) {
        self.id = id
        self.role = role
        self.key = key
    }

    /// The actor as the audit log names them.
    package var audited: String { key.map { "\(id) (key \($0))" } ?? id }

    /// Whether the name could be taken for what the audit log calls an operator or the owner of a key.
    static func isReserved(_ id: String) -> Bool {
        id.utf8.starts(with: "operator:".utf8) || id.utf8.firstRange(of: "(key ".utf8) != nil
    }
}

extension Manifest {
    /// Another launch goes on where this attempt was, or may: what it needs is kept.
    package var mayGoOn: Bool {
        switch status {
        case .queued, .running, .interrupted: true
        case .failed: error?.isRetryable != false
        case .completed, .cancelled: false
        }
    }
}

/// What the job cost.
package struct JobStats: Sendable, Equatable {
    package var durationMs = 0
    package var rowsPerSecond = 0
    package var peakMemoryBytes = 0
    /// Milliseconds each stage was busy or waiting for the stage it feeds.
    package var stages: [(name: String, milliseconds: Int)] = []

    package init() {}

    package static func == (left: JobStats, right: JobStats) -> Bool {
        left.durationMs == right.durationMs && left.rowsPerSecond == right.rowsPerSecond
            && left.peakMemoryBytes == right.peakMemoryBytes
            && left.stages.elementsEqual(right.stages) { $0.name == $1.name && $0.milliseconds == $1.milliseconds }
    }
}

internal import JobCore
internal import Synchronization

/// The entries of a job: one before anything is read, one when it has ended.
final class JobAudit: Sendable {
    private let spec: CommonSpec
    private let audit: AuditLog
    private let log: JobLog
    private let hasStarted = Mutex(false)

    init(_ spec: CommonSpec, _ audit: AuditLog, log: JobLog) {
        self.spec = spec
        self.audit = audit
        self.log = log
    }

    /// Records that the attempt begins; without that entry it must not.
    func start(_ manifest: Manifest) async throws {
        var event = event(manifest, AuditEvent.started)
        event.at = manifest.startedAt ?? manifest.updatedAt
        try await audit.append(event, movesHead: false)
        hasStarted.withLock { $0 = true }
    }

    /// Records the result of a job, once, also when the process that published it was killed before it could.
    ///
    /// Throws `audit_unwritten` (74): the result is there, and the next launch records it.
    func complete(_ manifest: Manifest) async throws(JobError) {
        do {
            try await audit.append(end(manifest))
        } catch {
            throw JobError(
                .auditUnwritten,
                "the job is done, but that is not in the audit log: \(JobError.wrapping(error).description)",
                cause: error)
        }
    }

    /// Records the end of a job that came to no result and that nobody runs any more, once, as far as the database lets it:
    /// the process that ended it may have been killed before it could.
    func repeatEnd(of manifest: Manifest) async {
        // A job that was cancelled before it began has no beginning in the log either.
        if manifest.attempt > 0 { await record(manifest) }
    }

    /// Records that somebody is shown the result, and the links to it, of a job that another has run.
    func replay(_ manifest: Manifest, to actor: JobActor) async throws {
        if manifest.actor?.audited.hasSameBytes(as: actor.audited) == true { return }
        var event = AuditEvent(orgId: spec.orgId, actor: actor.audited, action: "replay", outcome: "done")
        event.jobId = spec.jobId
        event.resource = spec.resource.name
        try await audit.append(event)
    }

    /// Records the end of an attempt that came to no result, as far as the database lets it.
    func fail(_ manifest: Manifest) async {
        if hasStarted.withLock({ $0 }) { await record(manifest) }
    }

    private func record(_ manifest: Manifest) async {
        do {
            try await audit.append(end(manifest))
        } catch {
            log.warning("the end of the job is not in the audit log: \(JobError.wrapping(error).description)")
        }
    }

    private func end(_ manifest: Manifest) -> AuditEvent {
        let outcome =
            switch manifest.status {
            case .completed: manifest.outcome == .partial ? "partial" : "completed"
            case .failed: "failed:" + (manifest.error?.code ?? "")
            case .queued, .running, .cancelled, .interrupted: manifest.status.rawValue
            }
        var event = event(manifest, outcome)
        event.at = manifest.finishedAt ?? manifest.updatedAt
        event.rows = manifest.counts.rowsWritten
        event.bytes = spec.kind.auditedBytes(manifest.counts)
        return event
    }

    private func event(_ manifest: Manifest, _ outcome: String) -> AuditEvent {
        var event = AuditEvent(
            orgId: spec.orgId, actor: manifest.actor?.audited ?? "", action: spec.auditedAction, outcome: outcome)
        event.jobId = spec.jobId
        event.resource = spec.resource.name
        event.filters = spec.auditedRequest
        return event
    }
}

internal import Formats
internal import JobCore
internal import ObjectStorage

/// Announces a job: everything is checked, nothing is read, a queued manifest is written.
struct Preparation: Sendable {
    /// Whoever launches a job polls it for as long as jobs may take: a day.
    private static let secondsToPoll = 86_400
    /// A large file over a slow line takes hours.
    private static let secondsToUpload = 21_600

    let place: Workplace

    /// Prints, on standard error whatever the log level, where to poll the job and where to put its source.
    func announce(_ job: some Job) async throws {
        let spec = job.spec
        let manifest = try JobFolder(orgId: spec.orgId, jobId: spec.jobId).manifest()
        let poll = try await place.store.downloadLink(
            manifest, fileName: "manifest.json", secondsToLive: Self.secondsToPoll)
        var members = [JSONMember("manifestUrl", .string(poll.url))]
        if let upload = try job.uploadKey {
            let put = try await place.store.uploadLink(upload, secondsToLive: Self.secondsToUpload)
            members.append(JSONMember("uploadUrl", .string(put.url)))
        }
        StandardStream.error(JSONValue.object(members).serialized() + "\n")
    }

    /// Records who is shown the job and the links to it, writes the queued manifest and returns its line; a job that exists with the same spec is answered with its own.
    ///
    /// Throws `idempotency_mismatch` (64).
    func queue(_ job: some Job, as actor: JobActor) async throws -> String {
        let spec = job.spec
        var event = AuditEvent(orgId: spec.orgId, actor: actor.audited, action: "prepare", outcome: "done")
        event.jobId = spec.jobId
        event.resource = spec.resource.name
        event.filters = spec.auditedRequest
        try await place.audit.append(event)
        let folder = try JobFolder(orgId: spec.orgId, jobId: spec.jobId)
        let manifest = Manifest(spec, format: job.format, actor: actor, now: WallClock.now())
        let bytes = manifest.bytes()
        do throws(JobError) {
            _ = try await place.store.put(
                bytes, at: folder.manifest(), contentType: "application/json", mode: .createOnly)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            guard error.code == .preconditionFailed else { throw error }
        }
        let stored = try await place.store.get(folder.manifest(), range: nil).bytes
        if try Manifest(stored: stored).specSHA256 != spec.sha256 {
            throw JobError.otherSpec(spec.jobId)
        }
        return String(decoding: stored, as: UTF8.self)
    }
}

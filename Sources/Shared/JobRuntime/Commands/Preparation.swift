internal import Formats
internal import JobCore
package import ObjectStorage

/// Announces a job: everything is checked, nothing is read, a queued manifest is written.
package struct Preparation: Sendable {
    private let backends: Backends

    package init(backends: Backends) { self.backends = backends }

    /// Prints, on standard error whatever the log level, where to poll the job and where to put its source.
    package func announce(_ spec: CommonSpec, upload: ObjectKey? = nil) async throws {
        let manifest = try JobFolder(orgId: spec.orgId, jobId: spec.jobId).manifest()
        var members = [JSONMember("manifestUrl", .string(try await url(manifest, "manifest.json")))]
        if let upload { members.append(JSONMember("uploadUrl", .string(try await url(upload, spec.jobId)))) }
        StandardStream.error(JSONValue.object(members).serialized() + "\n")
    }

    private func url(_ key: ObjectKey, _ name: String) async throws -> String {
        try await backends.store.downloadURL(key, fileName: name, secondsToLive: 1800)
    }

    /// Writes the queued manifest and returns its line; a job that exists with the same spec is answered with its own.
    ///
    /// Throws `idempotency_mismatch` (64) and `not_permitted` (77).
    package func queue(_ spec: CommonSpec, format: String) async throws -> String {
        let actor = try Gate.admit(spec, backends: backends)
        let folder = try JobFolder(orgId: spec.orgId, jobId: spec.jobId)
        let manifest = Manifest(spec, format: format, actor: actor, now: WallClock.now())
        let bytes = manifest.bytes()
        do throws(JobError) {
            _ = try await backends.store.put(
                bytes, at: folder.manifest(), contentType: "application/json", mode: .createOnly)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            guard error.code == "precondition_failed" else { throw error }
        }
        let stored = try await backends.store.get(folder.manifest(), range: nil).bytes
        if try Manifest(stored: stored).specSHA256 != spec.sha256 {
            throw JobError(
                "idempotency_mismatch", .usage, "job \(spec.jobId) exists with another spec",
                hint: "a jobId names one piece of work; use a new one for a new spec")
        }
        return String(decoding: stored, as: UTF8.self)
    }
}

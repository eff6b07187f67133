internal import Formats
package import JobCore

extension Manifest {
    /// Reads a stored manifest.
    ///
    /// Throws `manifest_invalid` (76): only these programs write manifests.
    package init(stored bytes: [UInt8]) throws(JobError) {
        let value: JSONValue
        do throws(JobError) {
            value = try JSONValue(parsing: bytes, limits: JSONLimits(maxDepth: 160, maxBytes: 64 << 20))
        } catch {
            throw Self.invalid(error.description)
        }
        guard value.integer("manifestVersion") == 1 else { throw Self.invalid("its version is not 1") }
        guard let kind = value.text("kind").flatMap({ JobKind(rawValue: $0) }),
            let status = value.text("status").flatMap({ Status(rawValue: $0) }),
            let jobId = value.text("jobId"), let orgId = value.text("orgId"), let spec = value["spec"],
            let createdAt = Self.time(value, "createdAt")
        else { throw Self.invalid("a member is missing") }
        self.init(kind: kind, jobId: jobId, orgId: orgId, status: status, spec: spec, createdAt: createdAt)
        resource = value.text("resource") ?? ""
        format = value.text("format") ?? ""
        outcome = value.text("outcome").flatMap { Outcome(rawValue: $0) }
        progress = value.double("progress") ?? 0
        timeLeftSeconds = value.integer("timeLeftSeconds")
        downloadURL = value.text("downloadUrl")
        downloadURLExpiresAt = Self.time(value, "downloadUrlExpiresAt")
        counts = value["counts"].map { JobCounts($0) } ?? JobCounts()
        files = value.items("files").map { ResultFile($0) }
        rejects = Self.object(value, "rejects").map { RejectsFile($0) }
        report = Self.object(value, "report").map { ReportFile($0) }
        restore(preview: Self.object(value, "preview"))
        notes = value.items("notes").map { Note($0) }
        error = Self.object(value, "error").map { ManifestFailure($0) }
        specSHA256 = value.text("specSha256") ?? ""
        actor = Self.object(value, "actor").map { JobActor($0) }
        attempt = value.integer("attempt") ?? 0
        attemptId = value.text("attemptId") ?? ""
        leaseExpiresAt = Self.time(value, "leaseExpiresAt")
        owner = Self.object(value, "owner").flatMap { ProcessIdentity($0) }
        startedAt = Self.time(value, "startedAt")
        updatedAt = Self.time(value, "updatedAt") ?? createdAt
        finishedAt = Self.time(value, "finishedAt")
        stats = Self.object(value, "stats").map { JobStats($0) }
        toolVersion = value.text("toolVersion") ?? ""
    }

    private static func object(_ value: JSONValue, _ name: String) -> JSONValue? {
        guard let member = value[name], case .object = member else { return nil }
        return member
    }

    private static func time(_ value: JSONValue, _ name: String) -> Instant? {
        value.text(name).flatMap { Timestamp.parse($0) }
    }

    private static func invalid(_ reason: String) -> JobError {
        JobError(
            .manifestInvalid, "the stored manifest cannot be read: \(reason)")
    }
}

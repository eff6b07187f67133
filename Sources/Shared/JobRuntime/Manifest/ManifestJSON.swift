package import Formats
package import JobCore

extension JobKind: ManifestValue {}

extension Manifest {
    /// Its members behind the version, in their order: the one place that has their names, for writing and for reading.
    private static let keys: [ManifestKey<Manifest>] = [
        ManifestKey("kind", \.kind).required, ManifestKey("jobId", \.jobId).required,
        ManifestKey("orgId", \.orgId).required, ManifestKey("resource", \.resource), ManifestKey("format", \.format),
        ManifestKey("status", \.status).required, ManifestKey("outcome", orNull: \.outcome),
        ManifestKey("progress", \.progress, json: Self.percent, value: { Double(json: $0) }),
        ManifestKey("timeLeftSeconds", orNull: \.timeLeftSeconds), ManifestKey("downloadUrl", orNull: \.downloadURL),
        ManifestKey("downloadUrlExpiresAt", orNull: \.downloadURLExpiresAt), ManifestKey("counts", \.counts),
        ManifestKey("files", \.files), ManifestKey("rejects", orNull: \.rejects),
        ManifestKey("report", orNull: \.report), ManifestKey("preview", orNull: \.previewJSON),
        ManifestKey("notes", \.notes), ManifestKey("error", orNull: \.error), ManifestKey("spec", \.spec).required,
        ManifestKey("specSha256", \.specSHA256), ManifestKey("actor", orNull: \.actor),
        ManifestKey("attempt", \.attempt), ManifestKey("attemptId", \.attemptId),
        ManifestKey("leaseExpiresAt", orNull: \.leaseExpiresAt), ManifestKey("owner", orNull: \.owner),
        ManifestKey("createdAt", \.createdAt).required, ManifestKey("startedAt", orNull: \.startedAt),
        ManifestKey("updatedAt", \.updatedAt), ManifestKey("finishedAt", orNull: \.finishedAt),
        ManifestKey("stats", orNull: \.stats), ManifestKey("toolVersion", \.toolVersion),
    ]
    private static let version = JSONMember("manifestVersion", .integer(1))

    /// The manifest as JSON; every member is always there, null when it has no value yet.
    package func json() -> JSONValue { .object([Self.version] + Self.keys.members(of: self)) }

    /// The stored form: one line of JSON.
    package func bytes() -> [UInt8] { Array((json().serialized() + "\n").utf8) }

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
        guard value[Self.version.name] == Self.version.value else { throw Self.invalid("its version is not 1") }
        self.init()
        for key in Self.keys where key.isRequired {
            if !key.read(value, &self) { throw Self.invalid("a member is missing") }
        }
        updatedAt = createdAt
        for key in Self.keys where !key.isRequired { _ = key.read(value, &self) }
    }

    /// One decimal place is what a progress bar can show.
    private static func percent(_ value: Double) -> JSONValue {
        let tenths = Int(min(max(value, 0), 100) * 10)
        return .number(tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)")
    }

    private static func invalid(_ reason: String) -> JobError {
        JobError(
            .manifestInvalid, "the stored manifest cannot be read: \(reason)")
    }
}

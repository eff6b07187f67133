package import JobCore
package import ObjectStorage

/// Where the objects of a job are.
///
///     <orgId>/jobs/<jobId>/manifest.json
///     <orgId>/jobs/<jobId>/cancel
///     <orgId>/jobs/<jobId>/<attemptId>/events.csv.gz
///     <orgId>/jobs/<jobId>/<attemptId>/00001.rejects
///     <orgId>/uploads/<uploadId>
package struct JobFolder: Sendable {
    package let orgId: String
    package let jobId: String

    /// Throws `invalid_key` when an id is not one.
    package init(orgId: String, jobId: String) throws(JobError) {
        for (name, id) in [("organisation", orgId), ("job", jobId)] where !Identifier.isValid(id) {
            throw JobError(
                .invalidID, "the \(name) id is not valid", hint: StringRule.identifier.expectation)
        }
        self.orgId = orgId
        self.jobId = jobId
    }

    /// Prefix of all objects of the job.
    package var prefix: String { "\(orgId)/jobs/\(jobId)/" }

    /// The manifest.
    package func manifest() throws(JobError) -> ObjectKey { try ObjectKey(validating: prefix + "manifest.json") }

    /// The marker that asks a running job to stop.
    package func cancelMarker() throws(JobError) -> ObjectKey { try ObjectKey(validating: prefix + "cancel") }

    /// A data object of one attempt.
    package func data(attemptId: String, name: String) throws(JobError) -> ObjectKey {
        try ObjectKey(validating: "\(prefix)\(attemptId)/\(name)")
    }

    private static let partSuffix = ".rejects"

    /// Refused rows of an import, until its rejects file is published.
    package func rejectPart(attemptId: String, number: Int) throws(JobError) -> ObjectKey {
        let digits = String(number)
        let name = String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits + Self.partSuffix
        return try data(attemptId: attemptId, name: name)
    }

    /// Whether the key is that of refused rows of this job: those of an earlier attempt are needed as long as the job may
    /// go on.
    package func isRejectPart(_ key: ObjectKey) -> Bool {
        attempt(of: key) != nil && key.text.utf8.suffix(Self.partSuffix.utf8.count).elementsEqual(Self.partSuffix.utf8)
    }

    /// Number and id of the attempt whose data object has the key; `nil` for any other object.
    func attempt(of key: ObjectKey) -> (number: Int, id: String)? {
        guard let rest = ObjectKey.rest(of: key.text, after: prefix) else { return nil }
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let id = rest[..<slash]
        guard id.hasPrefix("a"), let number = Int(id.dropFirst().prefix { $0 != "-" }) else { return nil }
        return (number, String(id))
    }

    /// The id of an attempt: its number, and what tells it from one of the same number.
    static func attemptId(_ number: Int) -> String { "a\(number)-\(JobIdentifier.random(10))" }

    /// An object under the organisation's uploads; `uploads/` in front of the name may be left out.
    package static func upload(orgId: String, name: String) throws(JobError) -> ObjectKey {
        let name = ObjectKey.rest(of: name, after: "uploads/") ?? name
        return try ObjectKey(validating: "\(orgId)/uploads/\(name)")
    }
}

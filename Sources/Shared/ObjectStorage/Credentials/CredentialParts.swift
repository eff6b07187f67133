import JobCore
import Signing

/// The parts of credentials as a source gives them, not yet judged.
struct CredentialParts {
    var accessKeyID: String?
    var secretAccessKey: String?
    var sessionToken: String?
    /// RFC 3339 text.
    var expiration: String?

    /// Complete and usable credentials.
    ///
    /// Throws `credentials_unavailable` when a part is missing or cannot stand in a header field.
    func credentials(from source: String) throws(JobError) -> AWSCredentials {
        guard let accessKeyID, !accessKeyID.isEmpty, let secretAccessKey, !secretAccessKey.isEmpty else {
            throw CredentialFailure.unavailable(source, "its answer has no access key")
        }
        guard accessKeyID.isFieldValue, sessionToken?.isFieldValue != false else {
            throw CredentialFailure.unavailable(source, "its answer has an access key or token with odd characters")
        }
        var end: Instant?
        if let expiration {
            guard let instant = Timestamp.parse(expiration) else {
                throw CredentialFailure.unavailable(source, "its answer has an expiry that is no RFC 3339 instant")
            }
            end = instant.startOfSecond
        }
        return AWSCredentials(
            accessKeyID: accessKeyID, secretAccessKey: Secret(secretAccessKey),
            sessionToken: sessionToken.flatMap { $0.isEmpty ? nil : Secret($0) }, expiresAt: end)
    }
}

extension String {
    /// Whether all characters are visible ASCII, so that the text can stand in a header field.
    var isFieldValue: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

/// An access key; temporary ones have a token and an end.
package struct AWSCredentials: Sendable, Equatable {
    package let accessKeyID: String
    package let secretAccessKey: Secret
    package let sessionToken: Secret?
    /// Seconds since 1970 after which the key is refused; `nil`: never.
    package let expiresAtSeconds: Int64?

    package init(
        accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expiresAtSeconds: Int64? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiresAtSeconds = expiresAtSeconds
    }
}

/// A text that must not be shown: descriptions and reflection give a placeholder.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Holds the text.
    package init(_ value: String) {
        self.value = value
    }

    /// The text itself, for the place that needs it.
    package func reveal() -> String { value }

    /// The placeholder.
    package var description: String { "<redacted>" }

    /// The placeholder.
    package var debugDescription: String { "<redacted>" }

    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// An access key (temporary ones have a token and an end).
package struct AWSCredentials: Sendable, Equatable {
    /// Names the key; no secret.
    package let accessKeyID: String
    /// What requests are signed with.
    package let secretAccessKey: Secret
    /// Sent with requests when the key is temporary.
    package let sessionToken: Secret?
    /// Seconds since 1970; nil: never.
    package let expiresAtSeconds: Int64?

    /// Puts the parts together.
    package init(
        accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expiresAtSeconds: Int64? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiresAtSeconds = expiresAtSeconds
    }
}

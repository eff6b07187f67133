internal import JobCore
package import Signing

/// `JOB_SIGNING_KEY`: from it a key of its own is derived for each purpose, so that what proves one thing proves no other.
///
/// A derived key is HMAC-SHA-256 of `data-io/1 PURPOSE` under the bytes of `JOB_SIGNING_KEY`.
package struct SigningKey: Sendable {
    private static let minimumBytes = 32

    private let secret: Secret

    /// A key that is long enough.
    ///
    /// Throws `configuration_invalid` (78).
    init(validating secret: Secret) throws(JobError) {
        if secret.reveal().utf8.count < Self.minimumBytes {
            throw JobError(
                .configurationInvalid,
                "JOB_SIGNING_KEY is shorter than \(Self.minimumBytes) bytes",
                hint: "make one with `openssl rand -hex 32`")
        }
        self.secret = secret
    }

    /// The key of a purpose, 32 bytes.
    func key(for purpose: String) -> [UInt8] {
        HMACSHA256.code(key: bytes, message: "data-io/1 " + purpose)
    }

    /// What receivers of an organisation's notifications check them with: 64 hexadecimal digits, used as text.
    package func notificationKey(of orgId: String) -> Secret {
        Secret(Hexadecimal.text(key(for: "notify " + orgId)))
    }

    /// The key itself, which signed everything before purposes had keys of their own.
    var bytes: [UInt8] { Array(secret.reveal().utf8) }
}

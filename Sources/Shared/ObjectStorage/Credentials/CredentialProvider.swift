package import JobCore
package import Signing

/// One place credentials may come from.
package protocol CredentialProvider: Sendable {
    /// What messages call the place.
    var name: String { get }

    /// The credentials of this place; nil when it is not configured.
    ///
    /// Throws when it is configured but does not give credentials.
    func load() async throws(JobError) -> AWSCredentials?
}

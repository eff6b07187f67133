package import JobCore
package import Signing

/// Where requests get their credentials from.
package protocol CredentialSource: Sendable {
    /// Credentials that are good for the next minutes.
    ///
    /// Throws `credentials_missing` and what the source reports.
    func current(now: Instant) async throws(JobError) -> AWSCredentials

    /// The store has refused the current ones as ended: the next call loads anew.
    func invalidate() async
}

/// Credentials that stay the same.
package struct FixedCredentials: CredentialSource {
    private let credentials: AWSCredentials

    package init(_ credentials: AWSCredentials) { self.credentials = credentials }

    package func current(now: Instant) async throws(JobError) -> AWSCredentials { credentials }

    package func invalidate() async {}
}

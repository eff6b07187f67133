package import JobCore
package import Signing

/// Access keys of the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html>
package struct EnvironmentCredentials: CredentialProvider {
    /// What messages call the place.
    package let name = "environment"
    private let context: CredentialContext

    /// Looks into the environment of the context.
    package init(_ context: CredentialContext) {
        self.context = context
    }

    /// The keys; nil when neither is set.
    ///
    /// Throws `credentials_incomplete` when one is set without the other, `credentials_invalid` for odd characters.
    package func load() async throws(JobError) -> AWSCredentials? {
        let keyName = "AWS_ACCESS_KEY_ID"
        let secretName = "AWS_SECRET_ACCESS_KEY"
        let tokenName = "AWS_SESSION_TOKEN"
        let key = context.variable(keyName)
        let secret = context.variable(secretName)
        if key == nil, secret == nil { return nil }
        guard let key else { throw CredentialFailure.incomplete(keyName, beside: secretName) }
        guard let secret else { throw CredentialFailure.incomplete(secretName, beside: keyName) }
        guard key.isFieldValue else { throw CredentialFailure.invalid(keyName, "holds odd characters") }
        let token = context.variable(tokenName)
        if let token, !token.isFieldValue { throw CredentialFailure.invalid(tokenName, "holds odd characters") }
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) })
    }
}

package import JobCore
package import Signing

/// A role taken with a token file: `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and `AWS_ROLE_SESSION_NAME`.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>
package struct WebIdentityCredentials: CredentialProvider {
    /// What messages call the place.
    package let name = "web identity"
    private let context: CredentialContext
    private let region: String?

    /// Looks into the environment; the region is the token service's.
    package init(_ context: CredentialContext, region: String?) {
        self.context = context
        self.region = region
    }

    /// The role's credentials; nil when no token file is named.
    ///
    /// The file is read each time, because its token is replaced before it ends.
    package func load() async throws(JobError) -> AWSCredentials? {
        let fileName = "AWS_WEB_IDENTITY_TOKEN_FILE"
        guard let file = context.variable(fileName) else { return nil }
        guard let role = context.variable("AWS_ROLE_ARN") else {
            throw CredentialFailure.incomplete("AWS_ROLE_ARN", beside: fileName)
        }
        let assumed = WebIdentityRole(
            context: context, source: name, roleARN: role, tokenFile: file, tokenSetting: fileName,
            sessionName: context.variable("AWS_ROLE_SESSION_NAME"), region: region)
        return try await assumed.assume()
    }
}

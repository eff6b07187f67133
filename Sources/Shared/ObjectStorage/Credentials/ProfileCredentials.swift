package import JobCore
package import Signing

/// Credentials of a profile in the shared config and credentials files: access keys, or a role taken by web identity.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>
package struct ProfileCredentials: CredentialProvider {
    /// What messages call the place.
    package let name = "shared files"
    private let context: CredentialContext
    private let region: String?

    /// Properties that ask for what is not offered, in the order they are looked for.
    private static let unsupported = [
        "source_profile", "credential_source", "sso_session", "sso_start_url", "login_session",
    ]

    /// Looks into the files that the environment names; the region is the token service's.
    package init(_ context: CredentialContext, region: String?) {
        self.context = context
        self.region = region
    }

    /// The profile's credentials; nil when there is no profile, or it has none.
    ///
    /// A role stands above keys of the same profile. Throws `credentials_profile_missing`, `credentials_incomplete`,
    /// `credentials_unsupported`, and what the token service's answer leads to.
    package func load() async throws(JobError) -> AWSCredentials? {
        guard let profile = try Profile(context) else { return nil }
        if let role = try role(profile) { return try await role.assume() }
        if let keys = try keys(profile) { return keys }
        if profile["credential_process"] != nil {
            throw CredentialFailure.unsupported("credential_process", profile: profile.name)
        }
        return nil
    }

    private func role(_ profile: Profile) throws(JobError) -> WebIdentityRole? {
        for setting in Self.unsupported where profile[setting] != nil {
            throw CredentialFailure.unsupported(setting, profile: profile.name)
        }
        let arn = profile["role_arn"]
        let file = profile["web_identity_token_file"]
        if arn == nil, file == nil { return nil }
        guard let arn else { throw incomplete("role_arn", "web_identity_token_file", profile) }
        guard let file else { throw incomplete("web_identity_token_file", "role_arn", profile) }
        return WebIdentityRole(
            context: context, source: name, roleARN: arn, tokenFile: file, tokenSetting: "web_identity_token_file",
            sessionName: profile["role_session_name"], region: region ?? profile["region"])
    }

    private func keys(_ profile: Profile) throws(JobError) -> AWSCredentials? {
        let keyName = "aws_access_key_id"
        let secretName = "aws_secret_access_key"
        let key = profile[keyName]
        let secret = profile[secretName]
        if key == nil, secret == nil { return nil }
        guard let key else { throw incomplete(keyName, secretName, profile) }
        guard let secret else { throw incomplete(secretName, keyName, profile) }
        let token = profile["aws_session_token"]
        guard key.isFieldValue, token?.isFieldValue != false else {
            throw CredentialFailure.invalid("\(keyName) or aws_session_token of profile \(profile.name)", "is odd")
        }
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) })
    }

    private func incomplete(_ missing: String, _ present: String, _ profile: Profile) -> JobError {
        CredentialFailure.incomplete("\(missing) of profile \(profile.name)", beside: present)
    }
}

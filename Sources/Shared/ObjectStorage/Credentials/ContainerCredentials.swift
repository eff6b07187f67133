import HTTPTransport
package import JobCore
package import Signing

/// Credentials of the container's endpoint: ECS, EKS Pod Identity and what imitates them.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
package struct ContainerCredentials: CredentialProvider {
    /// What messages call the place.
    package let name = "container endpoint"
    private let context: CredentialContext

    private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    private static let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    private static let tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

    /// Looks into the environment of the context.
    package init(_ context: CredentialContext) {
        self.context = context
    }

    /// What the endpoint gives; nil when no endpoint is named.
    ///
    /// Throws `credentials_invalid` for an endpoint that credentials must not come from.
    package func load() async throws(JobError) -> AWSCredentials? {
        guard let url = try url() else { return nil }
        var fields = [HTTPField("Accept", "application/json")]
        if let authorization = try authorization() { fields.append(HTTPField("Authorization", authorization)) }
        let request = HTTPRequest("GET", url, fields: fields, secondsAllowed: 2)
        switch await CredentialRequest(context: context, request: request, attempts: 3).answer() {
        case .failure(let failure): throw CredentialFailure.transport(name, failure)
        case .success(let response):
            guard response.status == 200 else {
                throw CredentialFailure.status(name, response.status, code: nil)
            }
            return try CredentialJSON.credentials(response.body, from: name)
        }
    }

    private func url() throws(JobError) -> String? {
        if let path = context.variable(Self.relative) {
            // Without the slash the text could change the host.
            guard path.hasPrefix("/"), EndpointURL("http://169.254.170.2\(path)") != nil else {
                throw CredentialFailure.invalid(Self.relative, "is no path of a URL")
            }
            return "http://169.254.170.2\(path)"
        }
        guard let text = context.variable(Self.full) else { return nil }
        guard let url = EndpointURL(text) else {
            throw CredentialFailure.invalid(Self.full, "is no http or https URL")
        }
        guard url.mayGiveCredentials else {
            throw CredentialFailure.invalid(
                Self.full,
                "names host \(url.host), which needs https because it is not loopback or a container endpoint")
        }
        return text
    }

    /// The token; a file stands above the variable and is read each time, because it changes.
    private func authorization() throws(JobError) -> String? {
        var value = context.variable(Self.token)
        var setting = Self.token
        if let path = context.variable(Self.tokenFile) {
            guard let text = context.text(ofFile: path)?.trimmed, !text.isEmpty else {
                throw CredentialFailure.unreadable(path, Self.tokenFile)
            }
            value = text
            setting = Self.tokenFile
        }
        if let value, !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            throw CredentialFailure.invalid(setting, "gives a token that cannot stand in a header field")
        }
        return value
    }
}

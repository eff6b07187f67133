import HTTPTransport
import JobCore
import Signing

/// A role to be taken with the token of a file.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
struct WebIdentityRole {
    let context: CredentialContext
    /// What messages call the source.
    let source: String
    let roleARN: String
    let tokenFile: String
    /// The setting that names the file, for messages.
    let tokenSetting: String
    let sessionName: String?
    let region: String?

    /// Asks the token service for the role's credentials.
    func assume() async throws(JobError) -> AWSCredentials {
        let request = try request()
        let answer = await CredentialRequest(context: context, request: request, attempts: 3).answer()
        switch answer {
        case .failure(let failure): throw CredentialFailure.transport(source, failure)
        case .success(let response): return try credentials(response)
        }
    }

    private func request() throws(JobError) -> HTTPRequest {
        guard let token = context.text(ofFile: tokenFile)?.trimmed, !token.isEmpty else {
            throw CredentialFailure.unreadable(tokenFile, tokenSetting)
        }
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", roleARN),
            ("RoleSessionName", sessionName ?? "data-io"), ("WebIdentityToken", token),
        ]
        let body = form.map { "\($0.0)=\(URIEncoding.component($0.1))" }.joined(separator: "&")
        return HTTPRequest(
            "POST", try endpoint(),
            fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(body.utf8), secondsAllowed: 10)
    }

    /// The configured endpoint, or that of the region.
    private func endpoint() throws(JobError) -> String {
        for name in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] where !context.isTrue(Self.ignoring) {
            guard let url = context.variable(name) else { continue }
            guard EndpointURL(url) != nil else { throw CredentialFailure.invalid(name, "is no http or https URL") }
            return url.hasSuffix("/") ? url : url + "/"
        }
        guard let region = region ?? context.variable("AWS_REGION") ?? context.variable("AWS_DEFAULT_REGION") else {
            throw CredentialFailure.incomplete("AWS_REGION", beside: tokenSetting)
        }
        // The region becomes part of a host's name, so it must not be able to name another host.
        guard region.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }) else {
            throw CredentialFailure.invalid("AWS_REGION", "is no region")
        }
        return "https://\(S3Location.awsHost("sts", region))/"
    }

    private static let ignoring = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"

    private func credentials(_ response: HTTPResponse) throws(JobError) -> AWSCredentials {
        let answer = XMLElement(response.body)
        guard response.status == 200 else {
            throw CredentialFailure.status(source, response.status, code: answer?.text(of: "Code"))
        }
        let parts = CredentialParts(
            accessKeyID: answer?.text(of: "AccessKeyId"), secretAccessKey: answer?.text(of: "SecretAccessKey"),
            sessionToken: answer?.text(of: "SessionToken"), expiration: answer?.text(of: "Expiration"))
        return try parts.credentials(from: source)
    }
}

import HTTPTransport
package import JobCore
package import Signing

/// Credentials of the machine's role from the instance metadata service, version 2.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html>
package struct InstanceCredentials: CredentialProvider {
    /// What messages call the place.
    package let name = "instance metadata"
    private let context: CredentialContext

    private static let rolePath = "/latest/meta-data/iam/security-credentials/"

    /// Looks into the environment of the context.
    package init(_ context: CredentialContext) {
        self.context = context
    }

    /// The role's credentials; nil when the service is turned off, is not there, or the machine has no role.
    package func load() async throws(JobError) -> AWSCredentials? {
        if context.isTrue("AWS_EC2_METADATA_DISABLED") { return nil }
        let base = try endpoint()
        guard let token = try await token(base) else { return nil }
        guard let role = try await role(base, token) else { return nil }
        guard let body = try await get(base + Self.rolePath + URIEncoding.path(role), token) else { return nil }
        return try CredentialJSON.credentials(body, from: name)
    }

    private func endpoint() throws(JobError) -> String {
        let setting = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        guard let text = context.variable(setting) else {
            let isIPv6 = context.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6"
            return isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
        }
        guard EndpointURL(text) != nil else { throw CredentialFailure.invalid(setting, "is no http or https URL") }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// The token that the other requests need; nil when nothing there speaks version 2.
    ///
    /// Only here silence means that there is no such service: most machines have none.
    private func token(_ base: String) async throws(JobError) -> String? {
        let request = HTTPRequest(
            "PUT", base + "/latest/api/token", fields: [HTTPField("X-aws-ec2-metadata-token-ttl-seconds", "21600")],
            body: [], secondsAllowed: 1)
        switch await CredentialRequest(context: context, request: request, attempts: 2).answer() {
        case .failure(let failure):
            if failure.kind == .cancelled { throw CredentialFailure.transport(name, failure) }
            return nil
        case .success(let response):
            let token = String(decoding: response.body, as: UTF8.self).trimmed
            return response.status == 200 && !token.isEmpty && token.isFieldValue ? token : nil
        }
    }

    private func role(_ base: String, _ token: String) async throws(JobError) -> String? {
        guard let body = try await get(base + Self.rolePath, token) else { return nil }
        return String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline).first?.trimmed
    }

    /// The body of an answer; nil when there is no such thing.
    private func get(_ url: String, _ token: String) async throws(JobError) -> [UInt8]? {
        let request = HTTPRequest(
            "GET", url, fields: [HTTPField("X-aws-ec2-metadata-token", token)], secondsAllowed: 1)
        switch await CredentialRequest(context: context, request: request, attempts: 3).answer() {
        case .failure(let failure): throw CredentialFailure.transport(name, failure)
        case .success(let response):
            if response.status == 404 { return nil }
            guard response.status == 200 else {
                throw CredentialFailure.status(name, response.status, code: nil)
            }
            return response.body
        }
    }
}

internal import FoundationEssentials
import JobCore
import Signing

/// The JSON that the endpoints of container and machine answer with.
struct CredentialJSON: Decodable {
    /// `Success`, or what went wrong; the container's endpoint leaves it out.
    let code: String?
    let accessKeyID: String?
    let secretAccessKey: String?
    let token: String?
    let expiration: String?

    private enum CodingKeys: String, CodingKey {
        case code = "Code"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
    }

    /// The credentials in the answer of a source.
    ///
    /// The decoder's own error is dropped: it may quote the text.
    static func credentials(_ body: [UInt8], from source: String) throws(JobError) -> AWSCredentials {
        guard let answer = try? JSONDecoder().decode(CredentialJSON.self, from: Data(body)) else {
            throw CredentialFailure.unavailable(source, "its answer is not the JSON of credentials")
        }
        if let code = answer.code, code != "Success" {
            throw CredentialFailure.status(source, 200, code: code)
        }
        let parts = CredentialParts(
            accessKeyID: answer.accessKeyID, secretAccessKey: answer.secretAccessKey, sessionToken: answer.token,
            expiration: answer.expiration)
        return try parts.credentials(from: source)
    }
}

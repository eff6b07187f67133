import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Testing

@Suite("Credentials of the machine")
struct InstanceCredentialsTests {
    static let token = "http://169.254.169.254/latest/api/token"
    static let roles = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"

    /// The service with some answers replaced, by the end of the URL.
    static func service(_ replaced: [String: Result<HTTPResponse, HTTPFailure>] = [:]) -> ScriptedSender {
        ScriptedSender { request, _ in
            for (end, answer) in replaced where request.url.hasSuffix(end) { return answer }
            if request.url.hasSuffix("/latest/api/token") { return .text(200, "CANARYmeta==") }
            guard request.field("x-aws-ec2-metadata-token") == "CANARYmeta==" else { return .text(401, "") }
            return .text(200, request.url.hasSuffix("security-credentials/") ? "my-role\n" : Answer.json())
        }
    }

    func load(_ variables: [String: String] = [:], sender: ScriptedSender) async throws(JobError) -> AWSCredentials? {
        try await InstanceCredentials(CredentialContext(variables, sender)).load()
    }

    @Test("A token, then the role's name, then its credentials are asked for, each within a second")
    func requests() async throws {
        let sender = Self.service()
        #expect(try await load(sender: sender)?.expiresAt == Answer.end)
        #expect(sender.requests.map(\.method) == ["PUT", "GET", "GET"])
        #expect(sender.requests.map(\.url) == [Self.token, Self.roles, Self.roles + "my-role"])
        #expect(sender.requests.first?.field("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
        #expect(sender.requests.allSatisfy { $0.secondsAllowed == 1 })
    }

    @Test(
        "The service may be elsewhere",
        arguments: [
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/"], "http://127.0.0.1:1338/latest/api/token"),
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], "http://[fd00:ec2::254]/latest/api/token"),
        ])
    func elsewhere(variables: [String: String], url: String) async throws {
        let sender = Self.service()
        #expect(try await load(variables, sender: sender) != nil)
        #expect(sender.requests.first?.url == url)
    }

    @Test("Turned off, nothing is sent", arguments: ["true", "TRUE"])
    func disabled(value: String) async throws {
        let sender = Self.service()
        #expect(try await load(["AWS_EC2_METADATA_DISABLED": value], sender: sender) == nil)
        #expect(sender.requests.isEmpty)
        #expect(try await load(["AWS_EC2_METADATA_DISABLED": "false"], sender: sender) != nil)
    }

    @Test(
        "A machine without the service or without a role has none",
        arguments: [
            ("api/token", Result<HTTPResponse, HTTPFailure>.failed(.unreachable)), ("api/token", .failed(.timedOut)),
            ("api/token", .failed(.denied)), ("api/token", .text(404, "")), ("api/token", .text(200, "a\nb")),
            ("security-credentials/", .text(404, "")), ("security-credentials/", .text(200, "\n")),
            ("my-role", .text(404, "")),
        ])
    func absent(end: String, answer: Result<HTTPResponse, HTTPFailure>) async throws {
        let sender = Self.service([end: answer])
        #expect(try await load(sender: sender) == nil)
        #expect(sender.requests.count <= 3)
    }

    @Test(
        "A service that is there but fails is temporary",
        arguments: [
            Result<HTTPResponse, HTTPFailure>.text(500, ""), .failed(.timedOut), .text(200, "CANARY"),
            .text(200, #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"CANARY"}"#),
        ])
    func failing(answer: Result<HTTPResponse, HTTPFailure>) async throws {
        let sender = Self.service(["my-role": answer])
        let error = await #expect(throws: JobError.self) { try await load(sender: sender) }
        #expect(error?.code == .credentialsUnavailable)
        #expect(error?.exitCode == .temporary)
        #expect(error?.message.contains("CANARY") == false)
    }

    @Test("A role's name is encoded as a part of the path")
    func roleName() async throws {
        let sender = Self.service(["security-credentials/": .text(200, "a b?c\nother")])
        #expect(try await load(sender: sender) != nil)
        #expect(sender.requests.last?.url == Self.roles + "a%20b%3Fc")
    }
}

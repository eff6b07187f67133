import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Testing

@Suite("Credentials by web identity")
struct WebIdentityCredentialsTests {
    static let variables = [
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/a b",
        "AWS_REGION": "eu-central-1",
    ]

    func load(
        _ more: [String: String] = [:], token: String? = "CANARY.jwt+/=\n", region: String? = nil,
        sender: ScriptedSender
    ) async throws(JobError) -> AWSCredentials? {
        let variables = Self.variables.merging(more) { _, new in new }
        var files: [String: String] = [:]
        files["/token"] = token
        return try await WebIdentityCredentials(CredentialContext(variables, files: files, sender), region: region)
            .load()
    }

    @Test("The role is asked for with a form, and the answer's parts are read")
    func assume() async throws {
        let sender = ScriptedSender(status: 200, Answer.xml)
        let found = try await load(sender: sender)
        #expect(
            found
                == AWSCredentials(
                    accessKeyID: "ASIATEST", secretAccessKey: Secret("CANARY/secret"),
                    sessionToken: Secret("CANARY&token="), expiresAt: Answer.end))
        let request = try #require(sender.requests.first)
        #expect(sender.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.url == "https://sts.eu-central-1.amazonaws.com/")
        #expect(request.field("content-type") == "application/x-www-form-urlencoded; charset=utf-8")
        #expect(
            request.text == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                + "&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b&RoleSessionName=data-io"
                + "&WebIdentityToken=CANARY.jwt%2B%2F%3D")
    }

    @Test(
        "The service is where the settings say",
        arguments: [
            (["AWS_REGION": "cn-north-1"], "https://sts.cn-north-1.amazonaws.com.cn/"),
            (["AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-2"], "https://sts.us-east-2.amazonaws.com/"),
            (["AWS_ENDPOINT_URL": "http://minio:9000"], "http://minio:9000/"),
            (["AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_STS": "https://sts.b/"], "https://sts.b/"),
            (
                ["AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"],
                "https://sts.eu-central-1.amazonaws.com/"
            ),
        ])
    func endpoint(variables: [String: String], url: String) async throws {
        let sender = ScriptedSender(status: 200, Answer.xml)
        _ = try await load(variables, sender: sender)
        #expect(sender.requests.map(\.url) == [url])
    }

    @Test("The caller's region stands above the environment's")
    func region() async throws {
        let sender = ScriptedSender(status: 200, Answer.xml)
        _ = try await load(region: "us-west-2", sender: sender)
        #expect(sender.requests.map(\.url) == ["https://sts.us-west-2.amazonaws.com/"])
    }

    @Test(
        "Settings that could lead elsewhere are refused",
        arguments: [
            ["AWS_REGION": "a.evil.example/"], ["AWS_ENDPOINT_URL": "ftp://a"],
            ["AWS_ENDPOINT_URL_STS": "http://sts@evil"],
        ])
    func oddSettings(variables: [String: String]) async throws {
        let sender = ScriptedSender(status: 200, Answer.xml)
        await expectCode("credentials_invalid", .configuration) { _ = try await load(variables, sender: sender) }
        #expect(sender.requests.isEmpty)
    }

    @Test("Without a token file it is not configured; without role, region or token it is an error")
    func incomplete() async throws {
        let sender = ScriptedSender(status: 200, Answer.xml)
        #expect(try await load(["AWS_WEB_IDENTITY_TOKEN_FILE": ""], sender: sender) == nil)
        await expectCode("credentials_incomplete", .configuration) {
            _ = try await load(["AWS_ROLE_ARN": ""], sender: sender)
        }
        await expectCode("credentials_incomplete", .configuration) {
            _ = try await load(["AWS_REGION": ""], sender: sender)
        }
        await expectCode("credentials_file_unreadable", .configuration) {
            _ = try await load(token: nil, sender: sender)
        }
        await expectCode("credentials_file_unreadable", .configuration) {
            _ = try await load(token: " \n", sender: sender)
        }
        #expect(sender.requests.isEmpty)
    }

    @Test(
        "A refusal names the service's code and no more, and is not repeated",
        arguments: ["ExpiredTokenException", "InvalidIdentityToken", "AccessDenied"])
    func refused(code: String) async throws {
        let sender = ScriptedSender(status: 400, Answer.error(code))
        let error = await #expect(throws: JobError.self) { try await load(sender: sender) }
        #expect(error?.code == .credentialsRefused)
        #expect(error?.exitCode == .configuration)
        #expect(error?.message == "web identity refused to give credentials: status 400, \(code)")
        #expect(sender.requests.count == 1)
    }

    @Test(
        "Failures that pass are tried three times and then temporary",
        arguments: [
            Result<HTTPResponse, HTTPFailure>.text(503, "busy"), .text(429, ""), .failed(.timedOut),
            .failed(.interrupted),
        ])
    func unavailable(answer: Result<HTTPResponse, HTTPFailure>) async throws {
        let sender = ScriptedSender { _, _ in answer }
        await expectCode("credentials_unavailable", .temporary) { _ = try await load(sender: sender) }
        #expect(sender.requests.count == 3)
        let later = ScriptedSender { _, number in number == 0 ? answer : .text(200, Answer.xml) }
        #expect(try await load(sender: later)?.accessKeyID == "ASIATEST")
    }

    @Test("An answer that passes though its status is 4xx is temporary, one that is odd too")
    func odd() async throws {
        for (status, body) in [
            (400, Answer.error("IDPCommunicationError")), (200, "<html>"), (200, ""), (302, ""),
            (200, Answer.xml.replacing("2026-01-01T01:00:00Z", with: "soon")),
            (200, Answer.xml.replacing("CANARY&amp;token=", with: "CANARY&#10;x: y")),
        ] {
            let sender = ScriptedSender(status: status, body)
            await expectCode("credentials_unavailable", .temporary) { _ = try await load(sender: sender) }
        }
    }

    @Test("A certificate that is not trusted is no passing failure; a cancelled job is interrupted")
    func lasting() async throws {
        let untrusted = ScriptedSender { _, _ in .failed(.untrusted) }
        await expectCode("credentials_unreachable", .configuration) { _ = try await load(sender: untrusted) }
        let cancelled = ScriptedSender { _, _ in .failed(.cancelled) }
        await expectCode("terminated", .terminated) { _ = try await load(sender: cancelled) }
        #expect(untrusted.requests.count == 1 && cancelled.requests.count == 1)
    }
}

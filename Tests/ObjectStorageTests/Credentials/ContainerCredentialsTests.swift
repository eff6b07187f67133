import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Synchronization
import Testing

@Suite("Credentials of the container's endpoint")
struct ContainerCredentialsTests {
    static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    func load(
        _ variables: [String: String], files: [String: String] = [:],
        _ sender: ScriptedSender = .init(status: 200, Answer.json())
    ) async throws(JobError) -> AWSCredentials? {
        try await ContainerCredentials(CredentialContext(variables, files: files, sender)).load()
    }

    @Test("A path is asked for at the container service's address and stands above a URL")
    func relativePath() async throws {
        let sender = ScriptedSender(status: 200, Answer.json())
        let found = try await load([Self.relative: "/v2/credentials/1?a=b", Self.full: "https://a.example/"], sender)
        #expect(
            found
                == AWSCredentials(
                    accessKeyID: "AKIDTEST", secretAccessKey: Secret("CANARY/secret"),
                    sessionToken: Secret("CANARYtoken"), expiresAt: Answer.end))
        #expect(sender.requests.map(\.url) == ["http://169.254.170.2/v2/credentials/1?a=b"])
        #expect(sender.requests.first?.field("authorization") == nil)
    }

    @Test("Without a path or URL it is not configured")
    func absent() async throws {
        #expect(try await load(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"]) == nil)
    }

    @Test(
        "Hosts that may give credentials",
        arguments: [
            "https://credentials.example/x", "HTTPS://1.2.3.4:8443/", "http://127.0.0.1:80/a?b", "http://127.9.9.9",
            "http://localhost:1/", "http://LOCALHOST/", "http://[::1]:8080/", "http://169.254.170.2/x",
            "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1", "http://[fd00:ec2:0:0::23]:80/v1",
        ])
    func allowed(url: String) async throws {
        let sender = ScriptedSender(status: 200, Answer.json())
        #expect(try await load([Self.full: url], sender)?.accessKeyID == "AKIDTEST")
        #expect(sender.requests.map(\.url) == [url])
    }

    @Test(
        "Hosts that must not, and URLs that can be read in two ways",
        arguments: [
            "http://credentials.example/", "http://10.0.0.1/", "http://169.254.170.3/", "http://169.254.169.254/",
            "http://[fd00:ec2::24]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://127.1/",
            "http://2130706433/", "http://0127.0.0.1/", "http://127.0.0.1.evil.example/", "http://localhost.evil/",
            "http://127.0.0.1@evil.example/", "http://127.0.0.1\\@evil.example/", "http://evil.example#@127.0.0.1/",
            "http://127.0.0.1:99999/", "http://127.0.0.1:/", "http://[::1/", "http://[::1]x/", "http:///x",
            "http:127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "http://127.0.0.1/a b",
            "http://127.0.0.1/\r\nX: y", "http://lo%63alhost/", "https://a:b@c.example/", "http://ⅼocalhost/",
        ])
    func denied(url: String) async throws {
        let sender = ScriptedSender(status: 200, Answer.json())
        await expectCode("credentials_invalid", .configuration) { _ = try await load([Self.full: url], sender) }
        #expect(sender.requests.isEmpty)
    }

    @Test(
        "A path that could change the host is refused", arguments: ["@evil.example/", ".evil.example/", "/a b", ":1/"])
    func oddPath(path: String) async throws {
        let sender = ScriptedSender(status: 200, Answer.json())
        await expectCode("credentials_invalid", .configuration) { _ = try await load([Self.relative: path], sender) }
        #expect(sender.requests.isEmpty)
    }

    @Test("The token of the file stands above the variable's and is read each time")
    func authorization() async throws {
        let sender = ScriptedSender(status: 200, Answer.json())
        let reads = Mutex(0)
        let variables = [
            Self.full: "http://127.0.0.1/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic old",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
        ]
        let counting: @Sendable (String) -> [UInt8]? = { path in
            path == "/token" ? Array("Bearer \(reads.withLock { reads in reads += 1; return reads })\n".utf8) : nil
        }
        let source = ContainerCredentials(
            CredentialContext(environment: variables, readFile: counting, sender: sender, wait: { _ in }))
        _ = try await source.load()
        _ = try await source.load()
        #expect(sender.requests.map { $0.field("authorization") } == ["Bearer 1", "Bearer 2"])
        _ = try await load([Self.full: "http://127.0.0.1/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic a"], sender)
        #expect(sender.requests.last?.field("authorization") == "Basic a")
    }

    @Test("A token file that is missing, or a token that would make header fields, is an error")
    func oddToken() async throws {
        let variables = [Self.full: "http://127.0.0.1/", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"]
        await expectCode("credentials_file_unreadable", .configuration) { _ = try await load(variables) }
        await expectCode("credentials_invalid", .configuration) {
            _ = try await load(variables, files: ["/token": "a\r\nX: y"])
        }
    }

    @Test("4xx is a refusal, everything else that is no answer is temporary")
    func failures() async throws {
        let variables = [Self.full: "http://127.0.0.1/"]
        for status in [400, 401, 403, 404] {
            await expectCode("credentials_refused", .configuration) {
                _ = try await load(variables, ScriptedSender(status: status, "CANARY"))
            }
        }
        for (status, body) in [
            (500, ""), (429, ""), (301, ""), (200, "CANARY"), (200, "[]"), (200, #"{"AccessKeyId":"a"}"#),
            (200, Answer.json(expires: "tomorrow")), (200, #"{"Code":"Failed","Message":"CANARY"}"#),
        ] {
            await expectCode("credentials_unavailable", .temporary) {
                _ = try await load(variables, ScriptedSender(status: status, body))
            }
        }
        let silent = ScriptedSender()
        await expectCode("credentials_unavailable", .temporary) { _ = try await load(variables, silent) }
        #expect(silent.requests.count == 3)
    }
}

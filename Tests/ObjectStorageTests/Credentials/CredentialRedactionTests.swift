import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Testing

@Suite("Secrecy of credentials")
struct CredentialRedactionTests {
    /// Every way a value can become text.
    static func texts(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return [dumped, "\(value)", String(describing: value), String(reflecting: value)].joined(separator: "\n")
    }

    static let variables = [
        "AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "CANARYsecret", "AWS_SESSION_TOKEN": "CANARYtoken",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "CANARYauthorization",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "r", "AWS_REGION": "eu-central-1", "HOME": "/h",
    ]
    static let files = [
        "/token": "CANARYjwt",
        "/h/.aws/credentials": "[default]\naws_access_key_id = AKIDTEST\naws_secret_access_key = CANARY",
    ]

    @Test("Credentials, sources and the chain show no secret, before and after they are loaded")
    func redaction() async throws {
        let context = CredentialContext(Self.variables, files: Self.files, ScriptedSender())
        let chain = CredentialChain(context)
        #expect(!Self.texts(chain).contains("CANARY"))
        let credentials = try await chain.current(now: Instant(seconds: 0))
        #expect(credentials.secretAccessKey.reveal() == "CANARYsecret")
        let sources: [any CredentialProvider] = [
            EnvironmentCredentials(context), ProfileCredentials(context, region: nil),
            WebIdentityCredentials(context, region: nil), ContainerCredentials(context), InstanceCredentials(context),
        ]
        for value in [context, chain, credentials, sources, credentials.secretAccessKey] as [Any] {
            #expect(!Self.texts(value).contains("CANARY"))
        }
        #expect(Self.texts(credentials).contains("AKIDTEST"))
    }

    @Test(
        "Failures show no secret either, also not in their causes",
        arguments: [
            Result<HTTPResponse, HTTPFailure>.text(400, Answer.error("AccessDenied")), .text(500, "CANARY"),
            .text(200, #"{"AccessKeyId":"CANARY","SecretAccessKey":["CANARY"]}"#), .failed(.timedOut),
            .text(200, "<SecretAccessKey>CANARY</SecretAccessKey>"),
            .text(200, Answer.json().replacing("CANARYtoken", with: "CANARY token")),
        ])
    func failures(answer: Result<HTTPResponse, HTTPFailure>) async throws {
        let context = CredentialContext(Self.variables, files: Self.files, ScriptedSender { _, _ in answer })
        let sources: [any CredentialProvider] = [
            WebIdentityCredentials(context, region: nil), ContainerCredentials(context),
        ]
        for source in sources {
            let error = try #require(await #expect(throws: JobError.self) { try await source.load() })
            #expect(!Self.texts(error).contains("CANARY"))
        }
    }
}

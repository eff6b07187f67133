import HTTPTransport
import JobCore
import ObjectStorage
import Synchronization

/// Answers requests as the test says and remembers them.
final class ScriptedSender: HTTPSender {
    private let answers: @Sendable (HTTPRequest, Int) -> Result<HTTPResponse, HTTPFailure>
    private let seen = Mutex<[HTTPRequest]>([])

    /// The closure gets the request and how many came before it.
    init(_ answers: @escaping @Sendable (HTTPRequest, Int) -> Result<HTTPResponse, HTTPFailure>) {
        self.answers = answers
    }

    /// Nothing is reachable.
    convenience init() {
        self.init { _, _ in .failure(HTTPFailure(.unreachable, "no route")) }
    }

    /// Every request gets this answer.
    convenience init(status: Int, _ body: String) {
        self.init { _, _ in .text(status, body) }
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse {
        let number = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        return try answers(request, number).get()
    }

    func open(_ request: HTTPRequest) async throws(HTTPFailure) -> any HTTPBodyReader {
        throw HTTPFailure(.invalid, "not used")
    }
}

extension Result<HTTPResponse, HTTPFailure> {
    static func text(_ status: Int, _ body: String) -> Self {
        .success(HTTPResponse(head: HTTPHead(status: status, fields: []), body: Array(body.utf8)))
    }

    static func failed(_ kind: HTTPFailure.Kind) -> Self { .failure(HTTPFailure(kind, "it failed")) }
}

extension HTTPRequest {
    /// The value of a field.
    func field(_ name: String) -> String? { HTTPHead(status: 0, fields: fields)[name] }

    /// The body as text.
    var text: String { String(decoding: body ?? [], as: UTF8.self) }
}

extension CredentialContext {
    /// A world of dictionaries in which no time passes.
    init(_ environment: [String: String] = [:], files: [String: String] = [:], _ sender: ScriptedSender = .init()) {
        self.init(
            environment: environment, readFile: { path in files[path].map { Array($0.utf8) } }, sender: sender,
            wait: { _ in })
    }
}

/// Answers of the services, with secrets that must be seen nowhere.
enum Answer {
    static func json(expires: String = "2026-01-01T01:00:00Z", key: String = "AKIDTEST") -> String {
        """
        {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"\(key)","SecretAccessKey":"CANARY/secret",
         "Token":"CANARYtoken","Expiration":"\(expires)"}
        """
    }

    static let xml = """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleWithWebIdentityResult><Audience>CANARY</Audience>
            <Credentials><SessionToken>CANARY&amp;token=</SessionToken>
              <SecretAccessKey>CANARY/secret</SecretAccessKey>
              <Expiration>2026-01-01T01:00:00Z</Expiration><AccessKeyId>ASIATEST</AccessKeyId></Credentials>
          </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
        """

    /// 2026-01-01T01:00:00Z.
    static let end = Instant(seconds: 1_767_229_200)

    /// A failure of the token service.
    static func error(_ code: String) -> String {
        "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>CANARY</Message></Error></ErrorResponse>"
    }
}

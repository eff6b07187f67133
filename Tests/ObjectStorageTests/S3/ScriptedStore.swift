import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Synchronization

/// A store over scripted answers, in which waiting takes no time but is remembered.
final class ScriptedStore: Sendable {
    let sender: ScriptedSender
    let store: S3Store
    private let waits: Waits

    /// What was waited, in seconds.
    var delays: [Double] { waits.seconds.withLock { $0 } }

    private final class Waits: Sendable {
        let seconds = Mutex<[Double]>([])
    }

    /// The store of the URL; chance always gives `random`, and this machine's clock stands at `now`.
    init(
        _ url: String = "s3://bucket/p?endpoint=https://store.example&region=auto", random: Double = 0.5,
        now: Instant = Instant(seconds: 1_767_225_600), credentials: any CredentialSource = ScriptedStore.keys,
        quota: RetryQuota = RetryQuota(),
        answers: @escaping @Sendable (HTTPRequest, Int) -> Result<HTTPResponse, HTTPFailure>
    ) throws {
        let waits = Waits()
        self.waits = waits
        sender = ScriptedSender(answers)
        let clock = StoreClock(
            now: { now }, elapsed: { waits.seconds.withLock { $0.reduce(0, +) } }, random: { random },
            wait: { seconds in waits.seconds.withLock { $0.append(seconds) } })
        store = S3Store(
            try S3Location(validating: url, region: nil), sender: sender, credentials: credentials, quota: quota,
            clock: clock)
    }

    static let keys = FixedCredentials(AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("CANARY")))

    static let key = ScriptedStore.makeKey()

    private static func makeKey() -> ObjectKey {
        guard let key = try? ObjectKey(validating: "a") else { preconditionFailure("a is a key") }
        return key
    }
}

extension Result<HTTPResponse, HTTPFailure> {
    /// An answer with fields.
    static func answer(_ status: Int, _ fields: [String: String] = [:], _ body: String = "") -> Self {
        .success(
            HTTPResponse(
                head: HTTPHead(status: status, fields: fields.map { HTTPField($0.key, $0.value) }),
                body: Array(body.utf8)))
    }

    /// An answer with an error document.
    static func refusal(_ status: Int, _ code: String, _ fields: [String: String] = [:]) -> Self {
        .answer(status, fields, "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>m</Message></Error>")
    }
}

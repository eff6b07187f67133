internal import Formats
internal import HTTPTransport
internal import JobCore
internal import Signing

/// Posts the final manifest to the spec's `notify.url`, under the same rules for addresses as a `sourceUrl`.
///
///     POST /hooks/jobs
///     Content-Type: application/json
///     X-Signature: sha256=<HMAC-SHA-256 of the body under the organisation's key, in hexadecimal>
///     Idempotency-Key: <jobId>/<attemptId>
///
/// That key is the text `sign --notify-key` prints: a receiver can check what its organisation is told, and sign nothing.
/// It may arrive more than once, and a receiver that does not answer never fails the job.
struct Notifier: Sendable {
    private static let policy = RetryPolicy(maximumAttempts: 5, maximumSeconds: 20, transientSeconds: 0.5)
    private static let secondsPerRequest = 5.0
    private static let answerBytes = 64 << 10

    private let url: SourceURL
    private let sender: any HTTPSender
    private let signingKey: Secret?
    private let log: JobLog

    /// A notifier for the spec, `nil` when it asks for none.
    init?(_ spec: CommonSpec, signingKey: SigningKey?, log: JobLog) {
        guard let url = spec.notifyURL else { return nil }
        self.url = url
        self.signingKey = signingKey?.notificationKey(of: spec.orgId)
        self.log = log
        sender = HTTPClient(
            HTTPClientOptions(
                userAgent: "data-io/\(ToolVersion.text)", connectSeconds: Self.secondsPerRequest,
                allowedSchemes: ["https", "http"], addressJudge: AddressPolicy(allowing: spec.allowList),
                maximumConnections: 1))
    }

    /// Posts the manifest; tries again what may pass.
    func post(_ manifest: Manifest, line: String) async {
        guard let key = signingKey?.reveal() else {
            log.warning("\(url.origin) was not notified: a receiver could not tell who sent it without JOB_SIGNING_KEY")
            return
        }
        let body = Array(line.utf8)
        let signature = Hexadecimal.text(HMACSHA256.code(key: Array(key.utf8), message: body))
        let request = HTTPRequest(
            "POST", url.text,
            fields: [
                HTTPField("Content-Type", "application/json"), HTTPField("X-Signature", "sha256=" + signature),
                HTTPField("Idempotency-Key", "\(manifest.jobId)/\(manifest.attemptId)"),
            ], body: body, secondsAllowed: Self.secondsPerRequest)
        let start = WallClock.monotonicSeconds()
        for attempt in 1...Self.policy.maximumAttempts {
            let problem = await problem(of: request)
            guard let problem else {
                log.debug("\(url.origin) was notified")
                return
            }
            let delay =
                problem.passes
                ? Self.policy.delay(
                    after: attempt, reason: .transient, elapsed: WallClock.monotonicSeconds() - start,
                    random: Double.random(in: 0.5..<1))
                : nil
            guard let delay, (try? await Task.sleep(for: .seconds(delay))) != nil else {
                log.warning("\(url.origin) was not notified: \(problem.text)")
                return
            }
        }
    }

    /// What is wrong with an answer, or that there is none; `nil` when the receiver took it.
    private func problem(of request: HTTPRequest) async -> (text: String, passes: Bool)? {
        do throws(HTTPFailure) {
            let status = try await sender.send(request, maximumBodyBytes: Self.answerBytes).status
            if (200..<300).contains(status) { return nil }
            return ("it answers \(status)", status >= 500 || status == 408 || status == 429)
        } catch {
            if error.kind == .denied { return ("its address is not allowed", false) }
            // The path of a hook is what gives access to it; the failure's own words name it.
            return (error.kind.words, error.isTransient)
        }
    }
}

extension HTTPFailure.Kind {
    /// What went wrong, without the place.
    fileprivate var words: String {
        switch self {
        case .unresolved: "the host name is not known"
        case .unreachable: "no connection is made"
        case .tlsInterrupted, .untrusted: "TLS fails"
        case .interrupted, .truncated: "the connection is cut"
        case .stalled, .timedOut: "it is silent for too long"
        case .denied: "its address is not allowed"
        case .tooLarge, .malformed: "its answer is none"
        case .invalid: "the request cannot be sent"
        case .cancelled: "the job was told to end"
        }
    }
}

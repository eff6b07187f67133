internal import Formats
internal import HTTPTransport
internal import JobCore
internal import Signing

/// Posts the final manifest to the spec's `notify.url`, under the same rules for addresses as a `sourceUrl`.
///
///     POST /hooks/jobs
///     Content-Type: application/json
///     X-Signature: sha256=<HMAC-SHA-256 of the body under JOB_SIGNING_KEY, in hexadecimal>
///     Idempotency-Key: <jobId>/<attemptId>
///
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
    init?(_ spec: CommonSpec, signingKey: Secret?, log: JobLog) {
        guard let url = spec.notifyURL else { return nil }
        self.url = url
        self.signingKey = signingKey
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
            log.warning("\(url) was not notified: a receiver could not tell who sent it without JOB_SIGNING_KEY")
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
                log.debug("\(url) was notified")
                return
            }
            let delay =
                problem.passes
                ? Self.policy.delay(
                    after: attempt, reason: .transient, elapsed: WallClock.monotonicSeconds() - start,
                    random: Double.random(in: 0.5..<1))
                : nil
            guard let delay, (try? await Task.sleep(for: .seconds(delay))) != nil else {
                log.warning("\(url) was not notified: \(problem.text)")
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
            return (error.message, error.isTransient)
        }
    }
}

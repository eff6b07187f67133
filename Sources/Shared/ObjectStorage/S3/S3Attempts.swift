import HTTPTransport
import JobCore

/// The tries of one operation: judges each reply, and mends what can be mended before the next.
///
/// Used by one task.
final class S3Attempts {
    private let operation: S3Operation
    private let client: S3Client
    private let tries: RequestTries
    private var hasSentAgain = false
    private var hasAdoptedClock = false
    private var hasAdoptedRegion = false
    private var hasReloaded = false

    init(_ operation: S3Operation, _ client: S3Client) {
        self.operation = operation
        self.client = client
        tries = RequestTries(client.rules, at: client.location.authority, maximum: operation.maximumAttempts)
    }

    /// The answer when this was the last try, `nil` when another one shall follow.
    func judge(_ reply: S3Reply) async throws(JobError) -> S3Answer? {
        switch reply {
        case .stream(let reader):
            client.note(reader.head)
            tries.succeed()
            return answer(.success, reader.head, reader: reader)
        case .failure(let failure):
            let error = S3Failure.transport(failure, operation.subject, client.location)
            guard failure.isTransient else { throw error }
            if failure.kind == .unreachable {
                try await tries.waitForStore(otherwise: error)
            } else {
                try await tries.wait(.transient, otherwise: error)
            }
            return nil
        case .whole(let response):
            client.note(response.head)
            return try await judge(response)
        }
    }

    private func judge(_ response: HTTPResponse) async throws(JobError) -> S3Answer? {
        // What is read may be any document; what is asked of a bucket or an upload answers with an error inside a 200.
        let problem = response.status >= 300 || operation.method == "POST" ? S3Problem(response) : S3Problem()
        let verdict = S3Verdict.of(
            status: response.status, code: problem.code, head: response.head, region: problem.region)
        let location = client.location
        let subject = operation.subject
        switch verdict {
        case .success, .preconditionFailed, .notFound, .rangeOutside, .refused(code: "NoSuchUpload"):
            tries.succeed()
            return answer(verdict, response.head, body: response.body)
        case .retry(let reason):
            let error = S3Failure.busy(subject, response.status, location)
            try await tries.wait(reason, retryAfter: Self.retryAfter(response.head), otherwise: error)
        case .sendAgain:
            try once(&hasSentAgain, otherwise: S3Failure.damaged(subject))
        case .clockSkewed:
            let error = S3Failure.clockSkewed(location)
            try once(&hasAdoptedClock, otherwise: error)
            guard client.time.adopt(response.head) else { throw error }
        case .credentialsEnded:
            try once(&hasReloaded, otherwise: S3Failure.credentialsEnded(location))
            await client.credentials.invalidate()
        case .otherRegion(let region):
            let error = S3Failure.refused("PermanentRedirect", subject, location)
            try once(&hasAdoptedRegion, otherwise: error)
            guard client.adoptRegion(region) else { throw error }
        case .refused(let code):
            if response.status == 501 || code == "NotImplemented", operation.isWrite, let name = operation.condition {
                throw S3Failure.unknownCondition(name, location)
            }
            throw S3Failure.refused(code, subject, location)
        }
        return nil
    }

    private func answer(
        _ verdict: S3Verdict, _ head: HTTPHead, body: [UInt8] = [], reader: (any HTTPBodyReader)? = nil
    ) -> S3Answer {
        S3Answer(verdict: verdict, head: head, body: body, reader: reader, failures: tries.failures)
    }

    /// Seconds the store asks to wait; S3 says it in milliseconds.
    private static func retryAfter(_ head: HTTPHead) -> Double? {
        head["x-amz-retry-after"].flatMap(Double.init).map { $0 / 1000 } ?? RequestTries.retryAfter(head)
    }

    private func once(_ flag: inout Bool, otherwise error: JobError) throws(JobError) {
        if flag { throw error }
        flag = true
    }
}

/// What an error document says (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
struct S3Problem {
    /// Empty when the body is no error document.
    var code = ""
    var region: String?

    /// No problem.
    init() {}

    init(_ response: HTTPResponse) {
        guard let first = response.body.first(where: { $0 > 0x20 }), first == UInt8(ascii: "<"),
            response.body.count < 1 << 16, let document = XMLElement(response.body), document.name == "Error"
        else { return }
        code = document["Code"] ?? "Error"
        region = document["Region"]
    }
}

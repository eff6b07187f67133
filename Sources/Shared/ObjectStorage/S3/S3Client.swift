import HTTPTransport
import JobCore
import Signing
import Synchronization

/// Signs requests, sends them, and repeats those that are worth it; each try is signed afresh.
final class S3Client: Sendable {
    /// What was learned from answers.
    private struct State {
        var region: String
        var authority: String
    }

    let location: S3Location
    let credentials: any CredentialSource
    let rules: RequestRules
    let time: StoreTime
    let conditions = S3Conditions()
    private let sender: any HTTPSender
    private let state: Mutex<State>

    init(
        _ location: S3Location, sender: any HTTPSender, credentials: any CredentialSource, rules: RequestRules
    ) {
        self.location = location
        self.sender = sender
        self.credentials = credentials
        self.rules = rules
        time = StoreTime(rules.clock)
        state = Mutex(State(region: location.region, authority: location.authority))
    }

    /// Performs the operation; throws when it is refused or the tries are used up.
    func perform(_ operation: S3Operation) async throws(JobError) -> S3Answer {
        try await perform(operation, streams: false)
    }

    /// Performs a read whose body is taken from `S3Answer.reader`.
    func open(_ operation: S3Operation) async throws(JobError) -> S3Answer {
        try await perform(operation, streams: true)
    }

    private func perform(_ operation: S3Operation, streams: Bool) async throws(JobError) -> S3Answer {
        let attempts = S3Attempts(operation, self)
        while true {
            let reply = try await send(operation, streams: streams)
            if let answer = try await attempts.judge(reply) { return answer }
        }
    }

    /// One try.
    private func send(_ operation: S3Operation, streams: Bool) async throws(JobError) -> S3Reply {
        let request = try await signed(operation)
        do throws(HTTPFailure) {
            if operation.isWrite {
                let writer = SettlingSender(sender)
                return .whole(try await writer.send(request, maximumBodyBytes: operation.maximumBodyBytes))
            }
            if !streams {
                return .whole(try await sender.send(request, maximumBodyBytes: operation.maximumBodyBytes))
            }
            let reader = try await sender.open(request)
            if (200..<300).contains(reader.head.status) { return .stream(reader) }
            return .whole(try await collect(reader))
        } catch {
            return .failure(error)
        }
    }

    /// The short body of an answer that is not what was asked for.
    private func collect(_ reader: any HTTPBodyReader) async throws(HTTPFailure) -> HTTPResponse {
        var body: [UInt8] = []
        var chunk: [UInt8] = []
        while body.count < 1 << 16, try await reader.read(into: &chunk) { body += chunk }
        await reader.close()
        return HTTPResponse(head: reader.head, body: body)
    }

    private func signed(_ operation: S3Operation) async throws(JobError) -> HTTPRequest {
        let credentials = try await credentials.current(now: time.own)
        let state = state.withLock { $0 }
        let address = address(of: operation.key, state)
        let body = operation.body
        var fields = operation.fields
        let payload: SigV4Signer.Payload
        if location.scheme == "https" {
            // TLS guards the connection, the digest what lies behind it.
            payload = .unsigned
            if let body, let digest = MD5Digest.of(body) { fields.append(("Content-MD5", Base64.encode(digest))) }
        } else {
            payload = .digest(SHA256Digest.of(body ?? []))
        }
        let signer = SigV4Signer(credentials: credentials, region: state.region)
        fields = signer.fields(
            operation.method, host: address.host, path: address.path, query: operation.query, fields: fields,
            payload: payload, at: SigningDate(time.ofRequests))
        let query = SigV4Signer.canonicalQuery(operation.query)
        return HTTPRequest(
            operation.method,
            "\(location.scheme)://\(address.host)\(address.path)" + (query.isEmpty ? "" : "?\(query)"),
            fields: fields.map { HTTPField($0.name, $0.value) }, body: body,
            secondsAllowed: operation.secondsAllowed)
    }

    private func address(of key: ObjectKey?, _ state: State) -> (host: String, path: String) {
        let object = key.map { URIEncoding.path(location.prefix + $0.text) } ?? ""
        return switch location.addressing {
        case .path: (state.authority, "/\(location.bucket)/\(object)")
        case .virtual: ("\(location.bucket).\(state.authority)", "/\(object)")
        }
    }

    /// A URL that does one thing with one object, and when it ends.
    ///
    /// It never lives longer than the credentials that sign it.
    func presign(
        _ method: String, _ key: ObjectKey, query: [SigV4Signer.Pair], secondsToLive: Int
    ) async throws(JobError) -> (url: String, expiresAt: Instant) {
        let credentials = try await credentials.current(now: time.own)
        let state = state.withLock { $0 }
        let now = time.ofLinks
        var seconds = min(max(secondsToLive, 1), 604_800)
        if let end = credentials.expiresAt { seconds = max(1, min(seconds, Int((end - now).components.seconds))) }
        let address = address(of: key, state)
        let signer = SigV4Signer(credentials: credentials, region: state.region)
        let signed = signer.presignedQuery(
            method, host: address.host, path: address.path, query: query, secondsToLive: seconds,
            at: SigningDate(now))
        return ("\(location.scheme)://\(address.host)\(address.path)?\(signed)", now + .seconds(seconds))
    }

    /// An answer has come: the store is there, and tells its time.
    func note(_ head: HTTPHead) {
        rules.outage.end()
        time.note(head)
    }

    /// Signs for another region from now on; false when that is the one that was refused.
    func adoptRegion(_ region: String) -> Bool {
        state.withLock { state in
            if state.region == region { return false }
            state.region = region
            // Only between the hosts of AWS: nobody else is sent credentials that were not meant for them.
            if location.isAWS { state.authority = S3Location.awsHost("s3", region) }
            return true
        }
    }
}

/// What came of one try.
enum S3Reply {
    case whole(HTTPResponse)
    case stream(any HTTPBodyReader)
    case failure(HTTPFailure)
}

package import JobCore

/// Reads a source from its URL while it arrives, and goes on where a connection broke off.
///
/// The bytes are those of one version of the source: a strong entity tag proves it across resumes,
/// and without one nothing is resumed.
package actor SourceDownload {
    private let url: SourceURL
    private let requests: SourceRequests
    private let limits: SourceLimits
    private let now: @Sendable () -> Double
    private let wait: @Sendable (Int) async throws -> Void

    private var reader: (any HTTPBodyReader)?
    private var version: SourceVersion?
    private var isAtEnd = false
    /// Attempts since the last byte came.
    private var retries = 0
    /// Seconds of waiting, and bytes that came, since the rate was last judged.
    private var waited = 0.0
    private var arrived = 0

    /// How many bytes have been read.
    package private(set) var received = 0
    /// Whether only the end of the connection ends the body, so that a source cut short is not noticed.
    package private(set) var lengthWasUnknown = false

    /// Prepares a download; nothing is sent yet.
    ///
    /// `wait` is called before each further attempt with the number of attempts since the last byte, from 0; `now` tells
    /// seconds that never go back.
    package init(
        url: SourceURL, sender: any HTTPSender, allowList: AllowList = AllowList(), limits: SourceLimits,
        now: @escaping @Sendable () -> Double = WallClock.monotonicSeconds,
        wait: @escaping @Sendable (Int) async throws -> Void
    ) {
        self.url = url
        self.limits = limits
        self.now = now
        self.wait = wait
        requests = SourceRequests(sender: sender, allowList: allowList, maximumRedirects: limits.maximumRedirects)
    }

    /// The bytes of the whole source, as announced.
    package var size: Int? { version?.size }

    /// What names this version of the source: the strong entity tag, else the `Last-Modified` date, else nothing.
    package var tag: String { version?.tag ?? "" }

    /// Asks for the source, following redirects, until its first byte is due.
    ///
    /// Throws `source_not_found`, `source_forbidden`, `source_refused`, `source_redirect`, `source_too_large`,
    /// `source_untrusted`, `address_denied`, or `source_unreachable` after the last attempt.
    package func open() async throws(JobError) {
        let answer = try await answer()
        do {
            try begin(answer.head)
        } catch {
            await answer.close()
            throw error
        }
        reader = answer
    }

    /// Replaces the contents of the buffer with bytes that have arrived; `false`, and an empty buffer, at the end.
    ///
    /// Throws `source_changed` when the source is no longer the one that was begun, `source_interrupted` when it was
    /// cut and cannot be resumed, `source_too_large`, `source_too_slow`, and what `open` throws.
    package func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool {
        while !isAtEnd {
            let start = now()
            let hasBytes = try await receive(into: &buffer)
            if !isAtEnd { try judgeRate(since: start, buffer.count) }
            if hasBytes { return true }
        }
        buffer.removeAll(keepingCapacity: true)
        return false
    }

    /// Holds what came in a window of waiting to the minimum.
    private func judgeRate(since start: Double, _ bytes: Int) throws(JobError) {
        if limits.minimumRate <= 0 { return }
        waited += now() - start
        arrived += bytes
        guard waited >= limits.rateSeconds else { return }
        if Double(arrived) < Double(limits.minimumRate) * waited {
            throw SourceFailure.tooSlow(minimum: limits.minimumRate)
        }
        waited = 0
        arrived = 0
    }

    /// Ends the transfer, early or at the end.
    package func close() async {
        isAtEnd = true
        await dropReader()
    }

    private func dropReader() async {
        let open = reader
        reader = nil
        await open?.close()
    }

    // MARK: Reading

    private enum Piece {
        case bytes
        case end
        case cut
    }

    /// Takes one piece, or moves on to where the next can come from; whether the buffer holds bytes of the source.
    private func receive(into buffer: inout [UInt8]) async throws(JobError) -> Bool {
        guard let reader else {
            try await resume()
            return false
        }
        switch try await piece(of: reader, into: &buffer) {
        case .bytes: return try count(&buffer)
        case .end where size == nil, .end where received == size, .cut where received == size: isAtEnd = true
        case .end, .cut: await dropReader()
        }
        return false
    }

    private func piece(of reader: any HTTPBodyReader, into buffer: inout [UInt8]) async throws(JobError) -> Piece {
        do {
            return try await reader.read(into: &buffer) ? .bytes : .end
        } catch {
            guard error.isTransient else { throw SourceFailure.of(error) }
            return .cut
        }
    }

    private func count(_ buffer: inout [UInt8]) throws(JobError) -> Bool {
        guard !buffer.isEmpty else { return false }
        let (sum, overflow) = received.addingReportingOverflow(buffer.count)
        if overflow || sum > limits.maximumBytes {
            buffer.removeAll()
            throw SourceFailure.tooLarge(limit: limits.maximumBytes)
        }
        if let size, sum > size {
            buffer.removeAll()
            throw SourceFailure.changed()
        }
        received = sum
        retries = 0
        return true
    }

    // MARK: Asking

    private var fields: [HTTPField] {
        var fields = [HTTPField("Accept", "*/*"), HTTPField("User-Agent", "data-io")]
        if received > 0, let strongTag = version?.strongTag {
            // Servers that know only one of the conditions still never send bytes of another version.
            fields += [
                HTTPField("Range", "bytes=\(received)-"), HTTPField("If-Match", strongTag),
                HTTPField("If-Range", strongTag),
            ]
        }
        return fields
    }

    private func answer() async throws(JobError) -> any HTTPBodyReader {
        while true {
            switch try await requests.attempt(url, fields: fields) {
            case .answer(let reader): return reader
            case .again(let failure): try await pause(orThrow: failure)
            }
        }
    }

    private func pause(orThrow failure: JobError) async throws(JobError) {
        guard retries < limits.maximumRetries else { throw failure }
        retries += 1
        do {
            try await wait(retries - 1)
        } catch {
            throw JobError.wrapping(error)
        }
    }

    private func resume() async throws(JobError) {
        let canResume = received == 0 || version?.strongTag != nil
        let failure = SourceFailure.interrupted(after: received, canResume: canResume)
        guard canResume else { throw failure }
        try await pause(orThrow: failure)
        let answer = try await answer()
        do {
            try goOn(with: answer.head)
        } catch {
            await answer.close()
            throw error
        }
        reader = answer
    }

    private func begin(_ head: HTTPHead) throws(JobError) {
        guard head.status == 200 else { throw SourceFailure.status(head.status) }
        let version = SourceVersion(head)
        if let size = version.size, size > limits.maximumBytes {
            throw SourceFailure.tooLarge(limit: limits.maximumBytes)
        }
        self.version = version
        lengthWasUnknown = version.size == nil && head["Transfer-Encoding"] == nil
    }

    private func goOn(with head: HTTPHead) throws(JobError) {
        guard let version else { return try begin(head) }
        let isSame =
            received == 0
            ? head.status == 200 && SourceVersion(head) == version
            : head.status == 206 && version.isContinued(by: head, at: received)
        guard isSame else { throw SourceFailure.changed() }
    }
}

package import JobCore

/// What a download may cost.
package struct SourceLimits: Sendable {
    /// Bytes as they come over the wire.
    package var maximumBytes: Int
    /// Connections in a row that end without a byte.
    package var maximumBarrenTries = 8

    package init(maximumBytes: Int = 100 << 30) { self.maximumBytes = maximumBytes }
}

/// Reads one version of what a URL names, as it arrives: follows redirects itself, and after a cut goes on where it was
/// if the version is still there.
///
/// Messages tell nothing of addresses and hold no query.
package actor SourceDownload {
    private static let maximumRedirects = 5

    private let sender: any HTTPSender
    private let allowed: AllowList
    private let limits: SourceLimits
    private let wait: @Sendable (Int) async throws -> Void
    private let first: SourceURL
    /// Where the redirects led.
    private var current: SourceURL
    private var body: (any HTTPBodyReader)?
    private var arrived = 0
    private var barrenTries = 0
    /// Names the version when the server gave a strong ETag (RFC 9110 section 8.8.3).
    private var strongTag: String?

    /// Bytes in all; `nil` when the server does not say.
    package private(set) var size: Int?
    /// Names the version as well as the server does; empty when it does not.
    package private(set) var tag = ""

    /// A download that has not begun; `wait` waits before another try and gets how many have failed in a row.
    package init(
        _ url: SourceURL, sender: any HTTPSender, allowing allowed: AllowList, limits: SourceLimits,
        wait: @escaping @Sendable (Int) async throws -> Void
    ) {
        first = url
        current = url
        self.sender = sender
        self.allowed = allowed
        self.limits = limits
        self.wait = wait
    }

    /// Finds the source.
    ///
    /// Throws `source_not_found` (66), `source_forbidden`, `address_denied` (77), `source_refused`,
    /// `source_redirect`, `source_too_large` (65), `source_untrusted` (76), `source_unreachable` (75).
    package func open() async throws(JobError) {
        let reader = try await request([])
        let head = reader.head
        size = head["Content-Length"].flatMap { Int($0) }
        strongTag = head["ETag"].flatMap { $0.hasPrefix("\"") ? $0 : nil }
        tag = head["ETag"] ?? head["Last-Modified"] ?? ""
        body = reader
        if let size, size > limits.maximumBytes {
            await close()
            throw tooLarge()
        }
    }

    /// Replaces the contents of the buffer with the next bytes; `false`, and an empty buffer, at the end.
    ///
    /// Throws `source_changed`, `source_too_large` (65), `source_interrupted` (75) and what `open` throws.
    package func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        while true {
            if body == nil { try await resume() }
            if let isMore = try await receive(&buffer) { return isMore }
        }
    }

    /// Ends the transfer, early or at the end.
    package func close() async {
        await body?.close()
        body = nil
    }

    /// Whether there is more, or `nil` when the connection was cut.
    private func receive(_ buffer: inout [UInt8]) async throws(JobError) -> Bool? {
        guard let body else { return nil }
        do throws(HTTPFailure) {
            guard try await body.read(into: &buffer) else {
                if let size, arrived < size { throw HTTPFailure(.truncated, "the body ended early") }
                return false
            }
        } catch {
            await close()
            guard error.isTransient else { throw Self.failure(error, current) }
            guard strongTag != nil else {
                throw JobError(
                    "source_interrupted", .temporary, "the transfer from \(current) was cut at byte \(arrived)",
                    hint: "the server gives no ETag, so the job must begin again: launch it again")
            }
            return nil
        }
        arrived += buffer.count
        barrenTries = 0
        guard arrived <= limits.maximumBytes else { throw tooLarge() }
        return true
    }

    /// Asks for the rest of the same version.
    private func resume() async throws(JobError) {
        try await pause(otherwise: .temporary)
        guard let strongTag else { throw changed() }
        let reader = try await request([
            HTTPField("Range", "bytes=\(arrived)-"), HTTPField("If-Match", strongTag),
        ])
        let head = reader.head
        guard head.status == 206, head["ETag"] == strongTag,
            head["Content-Range"]?.hasPrefix("bytes \(arrived)-") == true
        else {
            await reader.close()
            throw changed()
        }
        body = reader
    }

    /// The answer behind all redirects; tries again what may pass.
    private func request(_ fields: [HTTPField]) async throws(JobError) -> any HTTPBodyReader {
        var url = first
        var redirects = 0
        while true {
            guard let reader = try await attempt(url, fields) else {
                try await pause(otherwise: .temporary)
                continue
            }
            let status = reader.head.status
            guard [301, 302, 303, 307, 308].contains(status) else {
                current = url
                if status == 200 || status == 206 { return reader }
                await reader.close()
                try judge(status, url)
                try await pause(otherwise: .temporary)
                continue
            }
            await reader.close()
            redirects += 1
            url = try next(url, reader.head["Location"], redirects)
        }
    }

    private func next(_ url: SourceURL, _ location: String?, _ redirects: Int) throws(JobError) -> SourceURL {
        guard let location, redirects <= Self.maximumRedirects else {
            let tooMany = "was redirected more than \(Self.maximumRedirects) times"
            throw redirect(location == nil ? "leads nowhere" : tooMany)
        }
        do throws(JobError) {
            let next = try url.resolving(location, allowing: allowed)
            guard next.isSecure || !url.isSecure else { throw redirect("leads away from https://") }
            return next
        } catch {
            if error.code == "source_redirect" { throw error }
            throw redirect("leads to a URL that is not allowed")
        }
    }

    /// The answer, or `nil` when another try may get one.
    private func attempt(_ url: SourceURL, _ fields: [HTTPField]) async throws(JobError) -> (any HTTPBodyReader)? {
        do throws(HTTPFailure) {
            return try await sender.open(HTTPRequest("GET", url.text, fields: fields))
        } catch {
            guard error.isTransient else { throw Self.failure(error, url) }
            return nil
        }
    }

    /// Throws for a status that another try will not better.
    private func judge(_ status: Int, _ url: SourceURL) throws(JobError) {
        switch status {
        case 404, 410:
            throw JobError(
                "source_not_found", .noInput, "there is nothing at \(url) (HTTP \(status))", hint: "check sourceUrl")
        case 401, 403:
            throw JobError(
                "source_forbidden", .notPermitted, "the server refuses \(url) (HTTP \(status))",
                hint: "links expire: ask for a new one")
        case 412, 416:
            throw changed()
        case 408, 429, 500...599:
            return
        default:
            throw JobError(
                "source_refused", .dataError, "the server does not give \(url) (HTTP \(status))",
                hint: "check sourceUrl")
        }
    }

    /// Waits before another try; throws when there were enough.
    private func pause(otherwise exitCode: ExitCode) async throws(JobError) {
        barrenTries += 1
        guard barrenTries <= limits.maximumBarrenTries else { throw Self.unreachable(current) }
        do {
            try await wait(barrenTries)
        } catch {
            throw JobError.wrapping(error)
        }
    }

    private func changed() -> JobError {
        JobError(
            "source_changed", .dataError, "what \(current) names was changed while it was read",
            hint: "start again when nothing writes to it any more")
    }

    private func tooLarge() -> JobError {
        JobError(
            "source_too_large", .dataError, "the source has more than \(limits.maximumBytes) bytes",
            hint: "split it into several files and jobs")
    }

    private func redirect(_ problem: String) -> JobError {
        JobError("source_redirect", .dataError, "the source URL \(problem)", hint: "use the final URL of the file")
    }

    private static func unreachable(_ url: SourceURL) -> JobError {
        JobError("source_unreachable", .temporary, "\(url) cannot be read now", hint: "launch the job again later")
    }

    private static func failure(_ failure: HTTPFailure, _ url: SourceURL) -> JobError {
        switch failure.kind {
        case .denied:
            // The same words for every address, so that nobody can explore a network with them.
            JobError(
                "address_denied", .notPermitted, "the source URL leads to an address that is not allowed",
                hint: "use a public host; SOURCE_ALLOW names further ones")
        case .untrusted:
            JobError(
                "source_untrusted", .protocolError, "the certificate of \(url) is not trusted",
                hint: "the server needs a certificate of a known authority")
        case .cancelled:
            JobError("interrupted", .terminated, "the job was interrupted", hint: "launch it again")
        default:
            JobError("source_refused", .dataError, "\(url) cannot be read", hint: "check sourceUrl", cause: failure)
        }
    }
}

internal import HTTPTransport
internal import JobCore
internal import ObjectStorage

/// What an import reads: an object of the store, or what a URL names.
enum ImportSource: Sendable {
    case object(any ObjectReader)
    /// A download that is open; its size and the name of its version as far as the server tells them.
    case download(SourceDownload, size: Int?, tag: String)
    /// A copy of one of these.
    case spooled(SourceSpool, size: Int, tag: String)

    /// Bytes in all; `nil` when they are not known.
    var size: Int? {
        switch self {
        case .object(let reader): reader.info.size
        case .download(_, let size, _): size
        case .spooled(_, let size, _): size
        }
    }

    /// Names the version, for an import that goes on where another attempt was killed.
    var tag: String {
        switch self {
        case .object(let reader): reader.info.tag.rawValue
        // A server that names no version leaves the length to tell two apart.
        case .spooled(_, _, let tag): tag
        case .download(_, let size, let tag): tag.isEmpty ? "length \(size ?? -1)" : tag
        }
    }

    /// Replaces the contents of the buffer with the next bytes; `false` at the end.
    ///
    /// Throws `source_changed` and what the store or the server reports.
    func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool {
        switch self {
        case .object(let reader): try await reader.read(into: &buffer)
        case .download(let download, _, _): try await download.read(into: &buffer)
        case .spooled(let spool, _, _): try await spool.read(into: &buffer)
        }
    }

    /// Whether nothing tells that the source was cut short.
    func mayBeCut() async -> Bool {
        switch self {
        case .object: false
        case .download(let download, _, _): await download.lengthWasUnknown
        case .spooled(let spool, _, _): await spool.wasPerhapsCut()
        }
    }

    /// Ends the reading.
    func close() async {
        switch self {
        case .object(let reader): await reader.close()
        case .download(let download, _, _): await download.close()
        case .spooled: break
        }
    }

    /// Where all its bytes are on this machine's disk already.
    var copy: SourceSpool? {
        if case .spooled(let spool, _, _) = self { return spool }
        return nil
    }

    /// The same bytes as a copy on this machine's disk, read to their end.
    func spooled() async throws -> ImportSource {
        let spool = try SourceSpool(for: .atomicImport)
        return .spooled(spool, size: try await spool.fill(self), tag: tag)
    }

    /// Opens what a URL names; one that is slower than `minimumRate` (bytes a second) for a minute is given up.
    ///
    /// The client is this download's alone: no connection of anybody else is used, and its policy judges every address.
    static func download(
        _ url: SourceURL, allowing allowed: AllowList, minimumRate: Int
    ) async throws(JobError) -> ImportSource {
        let client = HTTPClient(
            HTTPClientOptions(
                userAgent: "data-io", allowedSchemes: ["https", "http"],
                addressJudge: AddressPolicy(allowing: allowed)))
        let policy = RetryPolicy()
        let download = SourceDownload(
            url: url, sender: client, allowList: allowed,
            limits: SourceLimits(maximumBytes: 1 << 40, minimumRate: minimumRate)
        ) { attempt in
            let delay = policy.delay(
                after: min(attempt + 1, policy.maximumAttempts - 1), reason: .transient, elapsed: 0,
                random: Double.random(in: 0..<1))
            try await Task.sleep(for: .seconds(delay ?? 1))
        }
        try await download.open()
        return .download(download, size: await download.size, tag: await download.tag)
    }
}

internal import HTTPTransport
internal import JobCore
internal import ObjectStorage

/// What an import reads: an object of the store, or what a URL names.
enum ImportSource: Sendable {
    case object(any ObjectReader)
    /// A download that is open; its size and the name of its version as far as the server tells them.
    case download(SourceDownload, size: Int?, tag: String)

    /// Bytes in all; `nil` when they are not known.
    var size: Int? {
        switch self {
        case .object(let reader): reader.info.size
        case .download(_, let size, _): size
        }
    }

    /// Names the version, for an import that goes on where another attempt was killed.
    var tag: String {
        switch self {
        case .object(let reader): reader.info.tag.rawValue
        // A server that names no version leaves the length to tell two apart.
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
        }
    }

    /// Ends the reading.
    func close() async {
        switch self {
        case .object(let reader): await reader.close()
        case .download(let download, _, _): await download.close()
        }
    }

    /// Opens what a URL names.
    ///
    /// The client is this source's alone: no connection of anybody else is used, and its policy judges every address.
    static func download(_ url: SourceURL, allowing allowed: AllowList) async throws(JobError) -> ImportSource {
        let client = HTTPClient(
            HTTPClientOptions(
                userAgent: "data-io", allowedSchemes: ["https", "http"],
                addressJudge: AddressPolicy(allowing: allowed)))
        let policy = RetryPolicy()
        let download = SourceDownload(url, sender: client, allowing: allowed, limits: SourceLimits()) { failures in
            let delay = policy.delay(
                after: min(failures, policy.maximumAttempts - 1), reason: .transient, elapsed: 0,
                random: Double.random(in: 0..<1))
            try await Task.sleep(for: .seconds(delay ?? 1))
        }
        try await download.open()
        return .download(download, size: await download.size, tag: await download.tag)
    }
}

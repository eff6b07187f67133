internal import HTTPTransport
internal import JobCore

/// A download from a URL that an import reads.
///
/// The client is this transfer's alone: no connection of anybody else is used, and its policy judges every address.
actor SourceTransfer {
    private let download: SourceDownload

    /// A download that has not begun.
    init(_ url: SourceURL, allowing allowed: AllowList, minimumRate: Int) {
        let client = HTTPClient(
            HTTPClientOptions(
                userAgent: "data-io", allowedSchemes: ["https", "http"],
                addressJudge: AddressPolicy(allowing: allowed)))
        let policy = RetryPolicy()
        download = SourceDownload(
            url: url, sender: client, allowList: allowed,
            limits: SourceLimits(maximumBytes: 1 << 40, minimumRate: minimumRate)
        ) { attempt in
            let delay = policy.delay(
                after: min(attempt + 1, policy.maximumAttempts - 1), reason: .transient, elapsed: 0,
                random: Double.random(in: 0..<1))
            try await Task.sleep(for: .seconds(delay ?? 1))
        }
    }

    /// Finds the source: its size and the name of its version, as far as the server tells them.
    func open() async throws(JobError) -> (size: Int?, tag: String) {
        try await download.open()
        return (download.size, download.tag)
    }

    /// Replaces the contents of the buffer with the next bytes; `false` at the end.
    func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool { try await download.read(into: &buffer) }

    /// Whether only the end of the connection ends the source, so that a cut cannot be told from the end.
    func endsWithConnection() -> Bool { download.lengthWasUnknown }

    /// Ends the transfer.
    func close() async { await download.close() }
}

/// A database as exports see it: consistent reads.
package protocol RowSource: Sendable {
    /// Whether its json columns hold text as somebody wrote it, not only values in canonical form.
    var keepsJSONAsWritten: Bool { get }

    /// Whether a reader tells by itself how much there is; otherwise the rows are counted beside it.
    var tellsAmount: Bool { get }

    /// Opens a view of the data that does not change while it is read. Throws `JobError`.
    func openSnapshot() async throws -> any DatabaseSnapshot
}

extension RowSource {
    package var keepsJSONAsWritten: Bool { false }

    package var tellsAmount: Bool { false }
}

/// One consistent view.
///
/// Closed once, by its owner.
package protocol DatabaseSnapshot: Sendable {
    /// Rows the query would read, or about so many.
    func count(_ query: RowQuery) async throws -> Int

    /// Sends the rows of the query in its order, as canonical text, then finishes the channel.
    ///
    /// Tells `progress` what it knows about the amount.
    func read(
        _ query: RowQuery, into channel: BoundedChannel<RowBatch>, pool: Pool<RowBatch>, progress: ReadProgress
    ) async throws

    /// Ends the view.
    func close() async
}

internal import JobCore

/// Sees to it that a small source does not fill a database: constants, joined columns and names of members come again in
/// each row.
struct ExpansionWatch {
    /// Bytes that may be made of one byte of the source.
    private static let maximumRatio = 200
    /// Bytes that may be made of any source.
    private static let allowance = 64 << 20

    private var sourceBytes = 0
    private var mappedBytes = 0

    /// Counts the next batch of the source, also one that an earlier attempt has loaded: each attempt comes to the same end.
    ///
    /// Throws `limit_expansion` (65).
    mutating func add(_ batch: CheckedBatch) throws(JobError) {
        sourceBytes += batch.source.rows.byteCount
        mappedBytes += batch.mapped.byteCount
        if mappedBytes <= Self.allowance + Self.maximumRatio * sourceBytes { return }
        throw JobError(
            "limit_expansion", .dataError,
            "the mapping makes more than \(Self.maximumRatio) bytes of each byte of the source, "
                + "\(mappedBytes >> 20) MiB so far",
            hint: "long values, and columns that many entries join, come again in each row: shorten or leave out some",
            position: batch.source.lines.last.map { DataPosition(line: $0) })
    }
}

internal import JobCore

/// Sees to it that a small source does not fill a database, or keep a machine busy: constants, joined columns and names of
/// members come again in each row, and an object that names nothing has a cell in each of thousands of columns.
struct ExpansionWatch {
    /// Bytes, and cells of rows, that may be made of one byte of the source.
    private static let maximumRatio = 200
    /// Bytes that may be made of any source.
    private static let allowedBytes = 64 << 20
    /// Cells that any source may have.
    private static let allowedCells = 100_000_000

    private var sourceBytes = 0
    private var mappedBytes = 0
    private var cells = 0

    /// Counts the next batch of the source, also one that an earlier attempt has loaded: each attempt comes to the same end.
    ///
    /// Throws `limit_expansion` (65).
    mutating func add(_ batch: CheckedBatch) throws(JobError) {
        sourceBytes += batch.source.rows.byteCount
        mappedBytes += batch.mapped.byteCount
        cells += batch.source.rows.ends.count
        let position = batch.source.lines.last.map { DataPosition(line: $0) }
        if mappedBytes > Self.allowedBytes + Self.maximumRatio * sourceBytes {
            throw JobError(
                .limitExpansion,
                "the mapping makes more than \(Self.maximumRatio) bytes of each byte of the source, "
                    + "\(mappedBytes >> 20) MiB so far",
                hint:
                    "long values, and columns that many entries join, come again in each row: shorten or leave out some",
                position: position)
        }
        if cells > Self.allowedCells + Self.maximumRatio * sourceBytes {
            throw JobError(
                .limitExpansion,
                "the source has more than \(Self.maximumRatio) columns for each byte of its rows, which are all but empty",
                hint: "leave out rows without values, or names that hardly any row has", position: position)
        }
    }
}

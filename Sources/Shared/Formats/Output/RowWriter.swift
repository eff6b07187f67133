package import JobCore

/// Writes rows in a file format, piece by piece; the bytes are appended to `output`.
///
/// Call `begin` once, `write` any number of times, `end` once.
package protocol RowWriter: Sendable {
    /// Appends what stands before the first row.
    mutating func begin(into output: inout [UInt8])
    /// Appends some rows of a batch whose fields hold canonical text, in the order of the writer's columns.
    mutating func write(_ batch: RowBatch, rows: Range<Int>, into output: inout [UInt8])
    /// Appends what stands behind the last row.
    mutating func end(into output: inout [UInt8])
}

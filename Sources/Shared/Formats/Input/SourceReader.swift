package import JobCore

/// A reader of one source: one call for a piece of input, or for a batch.
///
/// Used by one task.
package protocol SourceReader: Sendable {
    /// Names of the columns so far.
    var columns: [String] { get }
    /// Bytes of a record whose end has not come yet.
    var heldBytes: Int { get }
    /// What it found out about the file; `nil` until that is known.
    var findings: SourceFindings? { get }

    /// Reads from `input[position...]` until the batch is full; returns the new position.
    ///
    /// A position before the end of the input means that the batch is full: empty it and call again with the same input.
    mutating func read(_ input: [UInt8], from position: Int, into batch: inout SourceBatch) throws(JobError) -> Int
    /// Flushes what the end of the input completes; call until the batch stays empty.
    ///
    /// For formats that seek, this reads the rows.
    mutating func finish(into batch: inout SourceBatch) throws(JobError)
    /// What is done to each batch once, before it goes on.
    mutating func complete(_ batch: inout SourceBatch)
}

extension SourceReader {
    package var heldBytes: Int { 0 }
    package var findings: SourceFindings? { nil }
    package mutating func complete(_ batch: inout SourceBatch) {}
}

/// How a file turned out to be written, and what tells it.
package struct SourceFindings: Sendable, Equatable {
    /// What tells a fact.
    package enum Evidence: String, Sendable {
        case spec
        /// The file says so itself, in a line `sep=`.
        case sep
        case content
    }

    /// A fact with what tells it.
    package struct Finding: Sendable, Equatable {
        package let text: String
        package let by: Evidence
    }

    package var delimiter: Finding?
    /// By what the delimiter was found out; empty when it was told.
    package var delimiterCandidates: [DelimiterCandidate] = []
    /// The character around fields.
    package var quote: Finding?
    /// How quotes inside quoted fields are written.
    package var escape: Finding?
    /// Blanks around quotes or behind delimiters are no text.
    package var leavesOutBlanks = false
    /// Lines above the header that were left out.
    package var skippedLines = 0
}

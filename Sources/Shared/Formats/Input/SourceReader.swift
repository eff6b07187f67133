package import JobCore

/// A reader of any of the source formats: one call per piece of input, so the choice costs nothing.
package enum SourceReader: Sendable {
    case csv(CSVReader)
    case json(JSONRowReader)

    /// Objects rather than records: columns may grow, cells know whether they were strings.
    package var isJSON: Bool {
        if case .json = self { return true }
        return false
    }

    /// Bytes of a record whose end has not come yet.
    package var heldBytes: Int {
        switch self {
        case .csv(let reader): reader.heldBytes
        case .json(let reader): reader.heldBytes
        }
    }

    /// Reads from `input[position...]` until the batch is full; returns the new position.
    ///
    /// Throws as the format's reader.
    package mutating func read(
        _ input: [UInt8], from position: Int, into batch: inout SourceBatch
    ) throws(JobError) -> Int {
        // Moved out and back in, so that nobody else holds what a long record was gathered in.
        switch consume self {
        case .csv(var reader):
            defer { self = .csv(reader) }
            return try reader.read(input, from: position, into: &batch)
        case .json(var reader):
            defer { self = .json(reader) }
            return try reader.read(input, from: position, into: &batch)
        }
    }

    /// Flushes what the end of the input completes; call until the batch stays empty.
    package mutating func finish(into batch: inout SourceBatch) throws(JobError) {
        // Moved out and back in, so that nobody else holds what a long record was gathered in.
        switch consume self {
        case .csv(var reader):
            defer { self = .csv(reader) }
            try reader.finish(into: &batch)
        case .json(var reader):
            defer { self = .json(reader) }
            try reader.finish(into: &batch)
        }
    }
}

internal import JobCore

/// How large the parts of a source file may be; beyond, a reader throws `limit_…` with exit code 65.
package struct ReaderLimits: Sendable {
    /// Bytes of one field's text (`limit_field_bytes`).
    package var fieldBytes: Int
    /// Bytes of one record in the file, its line end not counted (`limit_record_bytes`); at most 256 MiB count.
    package var recordBytes: Int
    /// Columns of a file (`limit_columns`).
    package var columns: Int
    /// UTF-8 bytes of a column name (`limit_name_bytes`).
    package var nameBytes: Int
    /// JSON arrays and objects inside each other, the row's object counted (`limit_depth`); at most 128 count.
    package var depth: Int

    /// Limits, each at its default unless given.
    package init(
        fieldBytes: Int = 16 << 20, recordBytes: Int = 64 << 20, columns: Int = 4096, nameBytes: Int = 128,
        depth: Int = 64
    ) {
        self.fieldBytes = fieldBytes
        self.recordBytes = recordBytes
        self.columns = columns
        self.nameBytes = nameBytes
        self.depth = depth
    }

    /// The limits with those that memory sets applied.
    var effective: ReaderLimits {
        var limits = self
        limits.recordBytes = min(max(recordBytes, 0), 256 << 20)
        limits.depth = min(depth, JSONScanner.depthCeiling)
        return limits
    }
}

/// One of the limits, as errors name it.
enum ReaderLimit: Sendable {
    case fieldBytes, recordBytes, columns, nameBytes, depth

    /// The error for data beyond this limit.
    func error(_ limits: ReaderLimits, at position: DataPosition) -> JobError {
        let (code, message): (ErrorCode, String) =
            switch self {
            case .fieldBytes: (.limitFieldBytes, "a field has more than \(limits.fieldBytes) bytes")
            case .recordBytes: (.limitRecordBytes, "a record has more than \(limits.recordBytes) bytes")
            case .columns: (.limitColumns, "the file has more than \(limits.columns) columns")
            case .nameBytes: (.limitNameBytes, "a column name has more than \(limits.nameBytes) bytes")
            case .depth: (.limitDepth, "JSON is nested deeper than \(limits.depth) levels")
            }
        let hint =
            switch self {
            case .fieldBytes, .recordBytes: "look for a quote that is not closed"
            case .columns, .nameBytes, .depth: "check that the file is what it should be"
            }
        return JobError(code, message, hint: hint, position: position)
    }
}

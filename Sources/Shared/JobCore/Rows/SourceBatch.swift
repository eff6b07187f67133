/// Rows as a reader of a file produced them, with the place of each.
package struct SourceBatch: Sendable {
    /// Names of the columns of `rows`; grows between batches when JSON objects bring new keys.
    package var columns: [String]
    package var rows: RowBatch
    /// Physical line each row starts on, from 1.
    package var lines: [Int]
    /// Offset of each row's first byte in the decompressed source.
    package var offsets: [Int]
    /// Rows that could not be read as rows.
    ///
    /// They are not in `rows`.
    package var defects: [RowDefect]
    /// The rows come from JSON objects: cells know whether they were strings, columns may grow.
    package var isJSON = false
    /// Columns that the first record of the source brought, the first ones of `columns`; all of them when they do not
    /// grow.
    package var openingColumns: Int?
    /// It is large, and alone in the stages of its import.
    package var isHeavy = false
    /// Bytes of the source as stored that were read for this batch and those before it; about so many.
    package var sourceBytes = 0

    package init(columns: [String] = [], byteCapacity: Int = 0) {
        self.columns = columns
        rows = RowBatch(columnCount: columns.count, byteCapacity: byteCapacity)
        lines = []
        offsets = []
        defects = []
    }

    /// Forgets rows and defects, keeps columns and storage.
    package mutating func removeAll() {
        rows.removeAll()
        lines.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        defects.removeAll(keepingCapacity: true)
        isHeavy = false
    }

    /// Takes the rows from `row` on out of the batch; defects before that row stay.
    package mutating func cut(at row: Int) -> SourceBatch {
        var rest = SourceBatch(columns: columns)
        rest.isJSON = isJSON
        rest.openingColumns = openingColumns
        rest.isHeavy = isHeavy
        isHeavy = false
        rest.rows = rows.cut(at: row)
        rest.lines = Array(lines[row...])
        rest.offsets = Array(offsets[row...])
        lines.removeLast(lines.count - row)
        offsets.removeLast(offsets.count - row)
        let kept = defects.prefix { $0.rowsBefore <= row }.count
        rest.defects = defects[kept...].map { defect in
            RowDefect(
                code: defect.code, message: defect.message, rowsBefore: defect.rowsBefore - row, line: defect.line,
                byteOffset: defect.byteOffset, fields: defect.fields)
        }
        defects.removeLast(defects.count - kept)
        return rest
    }
}

/// A row that is not one: too few or too many fields, a value that is not an object.
package struct RowDefect: Sendable, Equatable {
    /// Stable code: `ragged_row`, `malformed_quote`, `repeated_header`, `not_corrected`, `invalid_utf8`, `invalid_encoding`,
    /// `nul_byte`, and for objects `not_an_object`, `empty_object`,
    /// `duplicate_key`, `invalid_json`.
    package let code: String
    /// What was expected and found, without row data.
    package let message: String
    /// How many good rows of the same batch come before it.
    package let rowsBefore: Int
    package let line: Int
    package let byteOffset: Int
    /// The row as it came, as one text, for the rejects file.
    package let fields: [String]

    package init(
        code: String, message: String, rowsBefore: Int, line: Int, byteOffset: Int, fields: [String]
    ) {
        self.code = code
        self.message = message
        self.rowsBefore = rowsBefore
        self.line = line
        self.byteOffset = byteOffset
        self.fields = fields
    }
}

internal import CSIMD
package import JobCore

/// Writes rows as CSV (RFC 4180) with LF behind each record; fields are quoted only when they have to be.
///
/// Quoted are fields with the delimiter, a quote, CR or LF in them, with a space at either end, with no text at all, and
/// those that equal the null text. In a file of one column a null without text is `""`, as a blank line would be lost.
package struct CSVWriter: RowWriter {
    /// Output that is reserved at once; a longer row gets what it needs.
    private static let pieceBytes = 1 << 18

    private let columns: [Column]
    private let options: CSVWriterOptions
    private let nulls: [UInt8]
    /// Columns whose text is looked at for formulas.
    private let guarded: [Bool]

    /// A writer of rows with these columns.
    package init(columns: [Column], options: CSVWriterOptions = CSVWriterOptions()) {
        self.columns = columns
        self.options = options
        nulls = Array(options.nulls.utf8)
        guarded = columns.map { options.formulas == .escape && $0.type.isFreeText }
    }

    /// Appends the byte order mark and the header, as the options say.
    package mutating func begin(into output: inout [UInt8]) {
        if options.bom { output.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
        guard options.header else { return }
        var names = RowBatch(columnCount: columns.count)
        for column in columns { names.append(column.name) }
        let isUnguarded = [Bool](repeating: false, count: columns.count)
        append(names, rows: 0..<names.rowCount, guarded: isUnguarded, into: &output)
    }

    /// Appends rows whose fields are in the order of the columns; a batch of another width adds nothing.
    package mutating func write(_ batch: RowBatch, rows: Range<Int>, into output: inout [UInt8]) {
        append(batch, rows: rows, guarded: guarded, into: &output)
    }

    /// Appends nothing: the last record has its line end.
    package mutating func end(into output: inout [UInt8]) {}

    private func append(_ batch: RowBatch, rows: Range<Int>, guarded: [Bool], into output: inout [UInt8]) {
        guard batch.columnCount == columns.count, !rows.isEmpty else { return }
        var row = rows.lowerBound
        batch.withCells { cells in
            unsafe guarded.withUnsafeBufferPointer { guarded in
                unsafe nulls.withUnsafeBufferPointer { nulls in
                    while row < rows.upperBound {
                        let span = unsafe CSVRowSpan(
                            cells: cells, guarded: guarded, nulls: nulls, delimiter: options.delimiter)
                        let need = max(Self.pieceBytes, span.bound(row: row))
                        output.append(addingCapacity: need) { output in
                            unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                                let room = unsafe UnsafeMutableBufferPointer(rebasing: buffer[count...])
                                count += unsafe span.write(&row, to: rows.upperBound, into: room)
                            }
                        }
                    }
                }
            }
        }
    }
}

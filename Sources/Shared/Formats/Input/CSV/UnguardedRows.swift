internal import JobCore

extension SourceBatch {
    /// Takes away the apostrophes that `formulas: escape` has put into the rows of a file with this delimiter, from rows
    /// that could not be read as well, and from the names of columns.
    mutating func removeFormulaGuards(delimiter: UInt8) {
        columns = columns.map { FormulaText.unguarded($0, delimiter: delimiter) }
        rows.removeFormulaGuards(delimiter: delimiter)
        defects = defects.map { defect in
            RowDefect(
                code: defect.code, message: defect.message, rowsBefore: defect.rowsBefore, line: defect.line,
                byteOffset: defect.byteOffset,
                fields: defect.fields.map { FormulaText.unguarded($0, delimiter: delimiter) })
        }
    }
}

extension RowBatch {
    fileprivate mutating func removeFormulaGuards(delimiter: UInt8) {
        // Text only gets shorter, so its ends stay in range.
        var plain: [UInt8] = []
        plain.reserveCapacity(byteCount)
        var start = 0
        unsafe bytes.withUnsafeBufferPointer { bytes in
            for index in ends.indices {
                let end = ends[index].offset
                let text = unsafe UnsafeBufferPointer(rebasing: bytes[start..<end])
                unsafe FormulaText.append(unguarded: text, delimiter: delimiter, to: &plain)
                ends[index] = ends[index].moved(to: plain.count)
                start = end
            }
        }
        bytes = plain
    }
}

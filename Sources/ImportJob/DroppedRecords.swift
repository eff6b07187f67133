internal import JobCore

extension SourceBatch {
    /// The batch without its first records, good or bad.
    func dropping(records count: Int) -> SourceBatch {
        var rest = SourceBatch(columns: columns)
        rest.isJSON = isJSON
        rest.openingColumns = openingColumns
        rest.isHeavy = isHeavy
        rest.sourceBytes = sourceBytes
        var rows = 0
        var bad = 0
        // Walk the records in source order until `count` of them are passed.
        while rows + bad < count {
            if bad < defects.count, defects[bad].rowsBefore <= rows { bad += 1 } else { rows += 1 }
        }
        for row in rows..<self.rows.rowCount {
            for column in columns.indices { rest.rows.appendField(of: self.rows, row: row, column: column) }
        }
        rest.lines = Array(lines[rows...])
        rest.offsets = Array(offsets[rows...])
        rest.defects = defects[bad...].map { defect in
            RowDefect(
                code: defect.code, message: defect.message, rowsBefore: defect.rowsBefore - rows, line: defect.line,
                byteOffset: defect.byteOffset, fields: defect.fields)
        }
        return rest
    }
}

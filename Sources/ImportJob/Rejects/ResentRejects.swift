internal import JobCore

extension SourceBatch {
    /// Refuses the rows of a rejects file that nobody has corrected: their text stands in `_raw`, and nothing in the
    /// columns of the source.
    mutating func refuseUncorrected() {
        let own = RejectsWriter.areOwn(in: columns)
        guard !own.isEmpty, let raw = columns.firstIndex(of: RejectsWriter.rawColumn) else { return }
        let data = columns.indices.filter { !own.contains(columns[$0]) }
        func isUncorrected(_ row: Int) -> Bool {
            !rows.range(row: row, column: raw).isEmpty
                && data.allSatisfy { rows.range(row: row, column: $0).isEmpty }
        }
        let refused = (0..<rows.rowCount).filter(isUncorrected)
        if refused.isEmpty { return }
        var rest = self
        rest.removeAll()
        rest.isHeavy = isHeavy
        var others = defects[...]
        for row in 0...rows.rowCount {
            while let defect = others.first, defect.rowsBefore <= row {
                rest.add(defect.code, defect.message, defect.line, defect.byteOffset, defect.fields)
                others.removeFirst()
            }
            guard row < rows.rowCount else { break }
            if isUncorrected(row) {
                rest.add(
                    "not_corrected", "the row stands in _raw as it came: put its fields into their columns",
                    lines[row], offsets[row], [rows.text(row: row, column: raw) ?? ""])
                continue
            }
            for column in columns.indices {
                rest.rows.append(rows.text(row: row, column: column), isString: rows.isString(row: row, column: column))
            }
            rest.lines.append(lines[row])
            rest.offsets.append(offsets[row])
        }
        self = rest
    }

    private mutating func add(_ code: String, _ message: String, _ line: Int, _ offset: Int, _ fields: [String]) {
        defects.append(
            RowDefect(
                code: code, message: message, rowsBefore: lines.count, line: line, byteOffset: offset, fields: fields))
    }
}

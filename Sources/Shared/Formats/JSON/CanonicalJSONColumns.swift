package import JobCore

extension RowBatch {
    /// Puts the fields of json columns in canonical form; what is not JSON stays as it is.
    ///
    /// A batch whose fields are canonical already, as a rule all of them, is only looked at. One that gets too large, as
    /// exponents are written out, ends early: returns the rows behind it, which are not looked at yet.
    package mutating func canonicaliseJSON(columns: [Int], enoughBytes: Int = 8 << 20) -> RowBatch? {
        guard let first = firstRow(notCanonicalIn: columns) else { return nil }
        var rest: RowBatch?
        let enough = max(enoughBytes, byteCount)
        let isJSON = (0..<columnCount).map(columns.contains)
        var done = RowBatch(columnCount: columnCount, byteCapacity: bytes.count)
        let kept = first * columnCount
        done.ends.append(contentsOf: ends[..<kept])
        done.bytes.append(contentsOf: bytes[..<done.byteCount])
        withCells { cells in
            for row in first..<cells.rowCount {
                if done.bytes.count > enough {
                    var behind = self
                    rest = behind.cut(at: row)
                    break
                }
                for column in 0..<columnCount {
                    let cell = cells[row, column]
                    let text = unsafe cells.text(cell)
                    if unsafe !isJSON[column] || !CanonicalJSON.append(text, to: &done.bytes) {
                        unsafe done.bytes.append(contentsOf: text)
                    }
                    done.ends.append(cell.entry.moved(to: done.bytes.count))
                }
            }
        }
        self = done
        return rest
    }

    private func firstRow(notCanonicalIn columns: [Int]) -> Int? {
        withCells { cells in
            (0..<cells.rowCount).first { row in
                columns.contains { column in
                    let text = unsafe cells.text(cells[row, column])
                    return unsafe !text.isEmpty && !CanonicalJSONCheck.passes(text)
                }
            }
        }
    }
}

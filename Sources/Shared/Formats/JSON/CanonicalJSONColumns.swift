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
        unsafe bytes.withUnsafeBufferPointer { bytes in
            for row in first..<rowCount {
                if done.bytes.count > enough {
                    var behind = self
                    rest = behind.cut(at: row)
                    break
                }
                for column in 0..<columnCount {
                    let cell = unsafe UnsafeBufferPointer(rebasing: bytes[range(row: row, column: column)])
                    if unsafe !isJSON[column] || !CanonicalJSON.append(cell, to: &done.bytes) {
                        unsafe done.bytes.append(contentsOf: cell)
                    }
                    let flags = ends[row * columnCount + column] & ~Self.offsetMask
                    done.ends.append(UInt32(done.bytes.count) | flags)
                }
            }
        }
        self = done
        return rest
    }

    private func firstRow(notCanonicalIn columns: [Int]) -> Int? {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            (0..<rowCount).first { row in
                columns.contains { column in
                    let range = range(row: row, column: column)
                    return unsafe !range.isEmpty
                        && !CanonicalJSONCheck.passes(UnsafeBufferPointer(rebasing: bytes[range]))
                }
            }
        }
    }
}

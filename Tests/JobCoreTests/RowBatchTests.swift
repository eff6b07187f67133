import JobCore
import Testing

@Suite("Row batches")
struct RowBatchTests {
    @Test("Fields lie back to back as documented: bytes, ends, null and empty told apart")
    func layout() {
        var batch = RowBatch(columnCount: 3)
        for field in ["1", "ab", nil, "22", "", "x"] { batch.append(field) }
        #expect(String(decoding: batch.bytes, as: UTF8.self) == "1ab22x")
        #expect(batch.ends.map(\.offset) == [1, 3, 3, 5, 5, 6])
        #expect(batch.ends.map(\.isNull) == [false, false, true, false, false, false])
        #expect(batch.rowCount == 2)
        #expect(batch.byteCount == 6)
        #expect(batch.range(row: 1, column: 0) == 3..<5)
        #expect((0..<3).map { batch.text(row: 0, column: $0) } == ["1", "ab", nil])
        #expect((0..<3).map { batch.text(row: 1, column: $0) } == ["22", "", "x"])
        #expect(batch.isNull(row: 0, column: 2) && !batch.isNull(row: 1, column: 1))
    }

    @Test("Strings of JSON sources are marked without a change to their bytes")
    func strings() {
        var batch = RowBatch(columnCount: 2)
        batch.append("12", isString: true)
        batch.append("12")
        #expect(batch.isString(row: 0, column: 0) && !batch.isString(row: 0, column: 1))
        #expect(batch.text(row: 0, column: 0) == "12" && batch.text(row: 0, column: 1) == "12")
    }

    @Test("Only whole rows count, bytes beyond the last end have no meaning, and an emptied batch starts over")
    func reuse() {
        var batch = RowBatch(columnCount: 2, byteCapacity: 64)
        for field in ["a", "b", "c"] { batch.append(field) }
        #expect(batch.rowCount == 1)
        batch.bytes += Array("junk".utf8)
        batch.append("d")
        #expect(batch.text(row: 1, column: 1) == "d")
        batch.removeAll()
        #expect(batch.rowCount == 0 && batch.byteCount == 0 && batch.columnCount == 2)
        batch.append(nil)
        batch.append("é")
        #expect(batch.text(row: 0, column: 0) == nil && batch.text(row: 0, column: 1) == "é")
        #expect(RowBatch(columnCount: 0).rowCount == 0)
    }

    @Test("An emptied source batch keeps its columns")
    func source() {
        var batch = SourceBatch(columns: ["a"])
        batch.rows.append("1")
        batch.lines = [2]
        batch.offsets = [2]
        batch.defects = [RowDefect(code: "ragged_row", message: "m", rowsBefore: 1, line: 3, byteOffset: 4, fields: [])]
        batch.removeAll()
        #expect(batch.columns == ["a"] && batch.rows.columnCount == 1)
        #expect(batch.rows.rowCount == 0 && batch.lines.isEmpty && batch.offsets.isEmpty && batch.defects.isEmpty)
    }

    @Test("A batch that is cut is the same rows in two")
    func cutting() {
        for place in 0...3 {
            var batch = RowBatch(columnCount: 2)
            for field in ["a", nil, "", "bcd", "é", "x"] { batch.append(field, isString: field == "x") }
            let whole = (0..<3).map { row in (0..<2).map { batch.text(row: row, column: $0) } }
            let rest = batch.cut(at: place)
            #expect(batch.rowCount == place && rest.rowCount == 3 - place)
            let found = [batch, rest].flatMap { part in
                (0..<part.rowCount).map { row in (0..<2).map { part.text(row: row, column: $0) } }
            }
            #expect(found == whole)
            if place < 3 { #expect(rest.isString(row: 2 - place, column: 1)) }
        }
    }
}

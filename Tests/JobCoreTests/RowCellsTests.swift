import JobCore
import Testing

@Suite("Cells of a batch")
struct RowCellsTests {
    private static let kinds: [CellEnd.Kind] = [.value, .null, .string, .absent]

    private func batch() -> RowBatch {
        var batch = RowBatch(columnCount: 3)
        for field in ["1", "ab", nil, "22", "", "x"] { batch.append(field, isString: field == "22") }
        return batch
    }

    @Test("The end of a cell has any offset of a batch, and its kind apart from it", arguments: [0, 1, 70_000])
    func ends(offset: Int) {
        for offset in [offset, CellEnd.largestOffset - offset] {
            for kind in Self.kinds {
                let end = CellEnd(offset, kind)
                #expect(end.offset == offset)
                #expect(end.isNull == (kind == .null || kind == .absent))
                #expect(end.isAbsent == (kind == .absent))
                #expect(end.isString == (kind == .string || kind == .absent))
                #expect(end.moved(to: 5) == CellEnd(5, kind))
                #expect(end.moved(by: 7 - offset) == CellEnd(7, kind))
                #expect(end.moved(by: 7 - offset).moved(by: offset - 7) == end)
            }
        }
        #expect(CellEnd(3) == CellEnd(3, .value))
    }

    @Test("Cells are found by row and column, by index, and one after the other")
    func cells() {
        let batch = batch()
        batch.withCells { cells in
            #expect(cells.columnCount == 3 && cells.rowCount == 2 && cells.count == 6)
            var walk = cells.walk(from: 0)
            for row in 0..<2 {
                for column in 0..<3 {
                    let cell = cells[row, column]
                    let range = batch.range(row: row, column: column)
                    #expect((cell.start, cell.end, cell.count) == (range.lowerBound, range.upperBound, range.count))
                    #expect(cell.isNull == batch.isNull(row: row, column: column))
                    #expect(cell.isString == batch.isString(row: row, column: column))
                    #expect(cell.isAbsent == batch.isAbsent(row: row, column: column))
                    let text = unsafe String(decoding: cells.text(cell), as: UTF8.self)
                    #expect(text == batch.text(row: row, column: column) ?? "")
                    for same in [cells[row * 3 + column], walk.next()] {
                        #expect(same.start == cell.start && same.entry == cell.entry)
                    }
                }
            }
            #expect(cells.byteCount(row: 0) == 3 && cells.byteCount(row: 1) == 3)
        }
    }

    @Test("Cells without a byte have a text, and so have batches of nothing else")
    func empty() {
        var batch = RowBatch(columnCount: 2)
        #expect(batch.withCells { $0.rowCount + $0.count } == 0)
        for field in [nil, ""] as [String?] { batch.append(field) }
        batch.withCells { cells in
            #expect(cells[0, 0].isNull && !cells[0, 1].isNull)
            #expect(unsafe cells.text(cells[0, 0]).isEmpty && cells.text(cells[0, 1]).isEmpty)
        }
        #expect(RowBatch(columnCount: 0).withCells { $0.rowCount } == 0)
    }
}

import Formats
import JobCore
import TestSupport
import Testing

@testable import ImportJob

@Suite("Rejects of a batch")
struct RejectCollectorTests {
    /// Six good rows with defects before the first, between the second and third (two of them), and after the last.
    private static func batch() -> SourceBatch {
        var batch = SourceBatch(columns: ["id", "n"])
        for row in 0..<6 {
            batch.rows.append("r\(row)")
            batch.rows.append(row == 3 ? nil : "a,\(row)", isString: row == 5)
            batch.lines.append(10 + row * 2)
            batch.offsets.append(row * 100)
        }
        for (index, rowsBefore) in [0, 2, 2, 6].enumerated() {
            batch.defects.append(
                RowDefect(
                    code: "ragged_row", message: "m\(index)", rowsBefore: rowsBefore, line: 100 + index,
                    byteOffset: index,
                    fields: ["d\(index)"]))
        }
        batch.isJSON = true
        return batch
    }

    /// Names of the records in source order: what record n of the batch is.
    private static let records = ["d0", "r0", "r1", "d1", "d2", "r2", "r3", "r4", "r5", "d3"]

    @Test("Every record has the number it has in the source, defects counted where they stand")
    func numbers() {
        var collector = RejectCollector(batch: Self.batch(), firstRecord: 1000)
        for row in [4, 0, 2, 5] { collector.add(row: row, column: "n", code: "invalid_int", message: "m") }
        let found = collector.finish()
        #expect(found.map { String($0.fields.prefix(2)) } == ["d0", "r0", "d1", "d2", "r2", "r4", "r5", "d3"])
        for reject in found { #expect(Self.records[reject.record - 1001] == reject.fields.prefix(2)) }
        #expect(found.map(\.line) == [100, 10, 101, 102, 14, 18, 20, 103])
        #expect(found.map(\.code).filter { $0 == "ragged_row" }.count == 4)
    }

    @Test("Without bad rows only the defects come")
    func defectsOnly() {
        let found = RejectCollector(batch: Self.batch(), firstRecord: 0).finish()
        #expect(found.map(\.record) == [1, 4, 5, 10])
        #expect(
            found[0]
                == RejectRecord(
                    record: 1, line: 100, byteOffset: 0, column: "", code: "ragged_row", message: "m0", fieldCount: 0,
                    fields: "d0"))
    }

    @Test("Several problems of a row are one record: the first code, all columns once, all messages")
    func severalProblems() {
        var collector = RejectCollector(batch: Self.batch(), firstRecord: 0)
        collector.add([
            CellProblem(row: 3, source: 1, target: "number", fault: .invalidInt),
            CellProblem(row: 3, source: nil, target: "key", fault: .missingKey),
            CellProblem(row: 3, source: 1, target: "other", fault: .invalidBool),
        ])
        let found = collector.finish().filter { $0.code != "ragged_row" }
        #expect(found.count == 1)
        #expect(found.first?.code == "invalid_int" && found.first?.column == "n;key")
        #expect(
            found.first?.message.hasPrefix("number: expected an integer; key: a key field must have a value; other: ")
                == true)
        // Nothing is kept behind the last value.
        #expect(found.first?.fields == "r3" && found.first?.fieldCount == 1)
    }

    @Test("Dropping the first records leaves the others as they were", arguments: 0...10)
    func dropping(count: Int) {
        let batch = Self.batch()
        let rest = batch.dropping(records: count)
        var collector = RejectCollector(batch: rest, firstRecord: count)
        for row in 0..<rest.rows.rowCount { collector.add(row: row, column: "", code: "x", message: "m") }
        let found = collector.finish()
        #expect(found.map { String($0.fields.prefix(2)) } == Array(Self.records[count...]))
        #expect(found.map(\.record) == Array((count + 1)..<11))
        #expect(rest.isJSON && rest.columns == batch.columns)
        #expect(
            rest.lines == batch.lines.suffix(rest.rows.rowCount)
                && rest.offsets == batch.offsets.suffix(rest.rows.rowCount))
        if rest.rows.rowCount > 0 { #expect(rest.rows.isString(row: rest.rows.rowCount - 1, column: 1)) }
        if rest.rows.rowCount > 2 { #expect(rest.rows.isNull(row: rest.rows.rowCount - 3, column: 1)) }
    }

    @Test(
        "A record is quoted only where it must be",
        arguments: [
            (["a", "b"], "a,b"), ([nil, "", nil], ",\"\","), ([nil], ""), (["a,b"], "\"a,b\""),
            (["say \"hi\""], "\"say \"\"hi\"\"\""),
            (["a\nb", "c\rd", "e\r\nf"], "\"a\nb\",\"c\rd\",\"e\r\nf\""), ([" a", "b ", "c d"], "\" a\",\"b \",c d"),
            (["é;|\t=1"], "é;|\t'=1"),
        ] as [([String?], String)])
    func record(fields: [String?], expected: String) {
        #expect(CSVRecord.encode(fields) == expected)
    }

    @Test("Any record reads back as it was")
    func roundTrip() throws {
        var random = SeededRandom(seed: 9)
        let pieces = ["a", "é", "\"", ",", "\n", "\r\n", " ", "", "'", ";", "🎉"]
        var rows: [[String?]] = []
        for _ in 0..<300 {
            rows.append(
                (0..<3).map { _ in
                    if Int.random(in: 0..<5, using: &random) == 0 { return nil }
                    return (0..<Int.random(in: 0...4, using: &random))
                        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                })
        }
        let text = "x,y,z\n" + rows.map { CSVRecord.encode($0) + "\n" }.joined()
        var reader = CSVReader(
            options: CSVReaderOptions(
                delimiter: 0x2C, quote: 0x22, escape: .quote, skipLines: 0, recognisesBlanks: false))
        var batch = SourceBatch()
        _ = try reader.read(Array(text.utf8), from: 0, into: &batch)
        try reader.finish(into: &batch)
        #expect(batch.defects == [])
        let read = (0..<batch.rows.rowCount).map { row in
            (0..<3).map { batch.rows.text(row: row, column: $0).map { FormulaText.unguarded($0, delimiter: 0x2C) } }
        }
        // Rows of nothing but white space are none.
        func isRow(_ row: [String?]) -> Bool { !row.allSatisfy { ($0 ?? "").allSatisfy(\.isWhitespace) } }
        #expect(read.filter(isRow) == rows.filter(isRow))
    }
}

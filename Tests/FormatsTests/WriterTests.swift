import Formats
import JobCore
import Testing

/// A batch of rows given as texts.
func makeBatch(_ rows: [[String?]]) -> RowBatch {
    var batch = RowBatch(columnCount: rows.first?.count ?? 0)
    for row in rows { for field in row { batch.append(field) } }
    return batch
}

/// All a writer produces for some rows, written one row at a time or all at once.
func written(_ writer: some RowWriter, _ rows: [[String?]], oneByOne: Bool = false) -> String {
    var writer = writer
    var output: [UInt8] = []
    let batch = makeBatch(rows)
    writer.begin(into: &output)
    if oneByOne {
        for row in 0..<batch.rowCount { writer.write(batch, rows: row..<row + 1, into: &output) }
    } else {
        writer.write(batch, rows: 0..<batch.rowCount, into: &output)
    }
    writer.end(into: &output)
    return String(decoding: output, as: UTF8.self)
}

@Suite("CSV writer")
struct CSVWriterTests {
    let columns = [Column("a", .text), Column("b", .int)]

    @Test(
        "fields are quoted only when they have to be",
        arguments: [
            ("plain", "plain"), ("", "\"\""), ("a,b", "\"a,b\""), ("a;b", "a;b"), ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("\"", "\"\"\"\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), (" a", "\" a\""), ("a ", "\"a \""),
            ("a b", "a b"), ("'x", "'x"), ("=1+1", "=1+1"), ("\ta", "\ta"), ("žluť", "žluť"),
            (String(repeating: "x", count: 100), String(repeating: "x", count: 100)),
            (String(repeating: "x", count: 100) + ",", "\"" + String(repeating: "x", count: 100) + ",\""),
            (String(repeating: "\"", count: 70), "\"" + String(repeating: "\"", count: 140) + "\""),
        ])
    func quoting(text: String, field: String) {
        let writer = CSVWriter(columns: columns, options: CSVWriterOptions(header: false))
        #expect(written(writer, [[text, "1"]]) == field + ",1\n")
        // Once more with bytes behind the field, where wide loads are possible.
        let filler = String(repeating: "z", count: 64)
        #expect(written(writer, [[text, "1"], [filler, nil]]) == field + ",1\n" + filler + ",\n")
    }

    @Test("header, byte order mark, delimiter and null text follow the options")
    func options() {
        let options = CSVWriterOptions(delimiter: UInt8(ascii: ";"), header: true, bom: true, nulls: "NULL")
        let writer = CSVWriter(columns: [Column("a;b", .text), Column("c", .text)], options: options)
        let text = written(writer, [[nil, "NULL"], ["NULLS", ""], ["a,b", ";"]])
        #expect(text == "\u{FEFF}\"a;b\";c\nNULL;\"NULL\"\nNULLS;\"\"\na,b;\";\"\n")
    }

    @Test("a null in a table of one column does not become a blank line")
    func singleColumn() {
        let writer = CSVWriter(columns: [Column("a", .text)])
        #expect(written(writer, [[nil], ["x"]]) == "a\n\"\"\nx\n")
    }

    @Test(
        "text that begins like a formula is disarmed in free text only",
        arguments: [
            "=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x", "'=1", "''@x", "\u{FF1D}x", "\u{FF0B}x", "\u{FF0D}x",
            "\u{FF20}x",
        ])
    func formulas(text: String) {
        let columns = [Column("a", .text), Column("b", .json), Column("c", .decimal)]
        let guarded = CSVWriter(columns: columns, options: CSVWriterOptions(header: false, formulas: .escape))
        #expect(written(guarded, [[text, text, "-1"]]) == "\"'\(text)\",\"'\(text)\",-1\n")
        let raw = CSVWriter(columns: columns, options: CSVWriterOptions(header: false))
        #expect(written(raw, [[text, text, "-1"]]).count { $0 == "'" } == 2 * text.count { $0 == "'" })
    }

    @Test("full-width characters that begin no formula stay as they are")
    func fullWidth() {
        let options = CSVWriterOptions(header: false, formulas: .escape)
        let writer = CSVWriter(columns: [Column("a", .text)], options: options)
        #expect(
            written(writer, [["\u{FF21}"], ["x=1"], ["\u{EF}"], ["'tis"], ["'"]]) == "\u{FF21}\nx=1\n\u{EF}\n'tis\n'\n")
    }

    @Test("a zero-row file has its header only")
    func noRows() {
        #expect(written(CSVWriter(columns: columns), []) == "a,b\n")
    }
}

@Suite("JSON row writer")
struct JSONRowWriterTests {
    @Test("every type has its form, null is null")
    func types() throws {
        let columns = ColumnType.allCases.map { Column($0.rawValue, $0) }
        let row: [String?] = columns.map { column in
            switch column.type {
            case .text: "a\"b\\c\n\u{1}\u{1F}é"
            case .int: "-12"
            case .decimal: "1.50"
            case .double: "1e-7"
            case .bool: "true"
            case .timestamp: "2026-01-02T03:04:05Z"
            case .date: "2026-01-02"
            case .uuid: "00000000-0000-0000-0000-000000000001"
            case .json: "{ \"a\" : [1,\r\n2] }"
            }
        }
        let text = written(JSONRowWriter(columns: columns, layout: .lines), [row, row.map { _ in nil }])
        let first =
            #"{"text":"a\"b\\c\n\u0001\u001fé","int":-12,"decimal":1.50,"double":1e-7,"bool":true,"#
            + #""timestamp":"2026-01-02T03:04:05Z","date":"2026-01-02","#
            + #""uuid":"00000000-0000-0000-0000-000000000001","json":{ "a" : [1,  2] }}"#
        let second = "{" + columns.map { "\"\($0.name)\":null" }.joined(separator: ",") + "}"
        #expect(text == first + "\n" + second + "\n")
        for line in text.split(separator: "\n") {
            #expect(throws: Never.self) { try JSONValue(parsing: Array(line.utf8)) }
        }
    }

    @Test(
        "what JSON has no form for becomes a string",
        arguments: [
            (ColumnType.double, "Infinity"), (.double, "-Infinity"), (.double, "NaN"), (.decimal, "Infinity"),
            (.decimal, "-Infinity"), (.decimal, "NaN"), (.json, "{"), (.json, ""),
            (.json, "[1,]"), (.json, "nul"), (.decimal, ".5"), (.int, "+1"), (.int, "01"), (.bool, "t"), (.json, "1 2"),
            (.json, #"{"a":"\x"}"#), (.json, String(repeating: "[", count: 200) + String(repeating: "]", count: 200)),
        ])
    func invalid(type: ColumnType, text: String) throws {
        let writer = JSONRowWriter(columns: [Column("v", type)], layout: .lines)
        let line = written(writer, [[text]])
        #expect(try JSONValue(parsing: Array(line.utf8)) == .object([JSONMember("v", .string(text))]))
    }

    @Test("the array layout is one valid document whatever the number of rows and pieces")
    func array() throws {
        let columns = [Column("a\"", .int)]
        let writer = JSONRowWriter(columns: columns, layout: .array)
        #expect(written(writer, []) == "[]\n")
        #expect(written(writer, [["1"]]) == "[\n{\"a\\\"\":1}\n]\n")
        let rows: [[String?]] = [["1"], ["2"], [nil]]
        #expect(written(writer, rows) == "[\n{\"a\\\"\":1},\n{\"a\\\"\":2},\n{\"a\\\"\":null}\n]\n")
        #expect(written(writer, rows, oneByOne: true) == written(writer, rows))
    }

    @Test("many rows are written in pieces without loss")
    func large() throws {
        let columns = [Column("a", .text), Column("b", .json)]
        let rows: [[String?]] = (0..<20_000).map { number in
            ["\u{1}\(number)", "{\"n\":\"\(String(repeating: "x", count: number % 90))\"}"]
        }
        let text = written(JSONRowWriter(columns: columns, layout: .lines), rows)
        let lines = text.split(separator: "\n")
        #expect(lines.count == rows.count)
        for (row, line) in zip(rows, lines) {
            let value = "{\"a\":\"\\u0001\((row[0] ?? "").dropFirst())\",\"b\":\(row[1] ?? "")}"
            #expect(line == value)
        }
    }
}

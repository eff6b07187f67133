import Formats
import JobCore
import TestSupport
import Testing

@Suite("JSON row reader")
struct JSONRowReaderTests {
    private func read(
        _ text: String, _ layout: JSONLayout, limits: ReaderLimits = ReaderLimits()
    ) -> (result: ReadResult, error: JobError?) {
        let bytes = Array(text.utf8)
        let whole = readAll(JSONRowReader(layout: layout, limits: limits), bytes, pieces: max(bytes.count, 1))
        for pieces in [1, 2, 5] {
            let other = readAll(JSONRowReader(layout: layout, limits: limits, batchBytes: 4), bytes, pieces: pieces)
            #expect(other.result == whole.result)
            #expect(other.error?.message == whole.error?.message)
            #expect(other.error?.position == whole.error?.position)
        }
        return whole
    }

    @Test("values become fields by their kind")
    func values() {
        let text = #"{"s":"a\n\u00e9\ud83d\ude00\/","n":-1.50e+3,"t":true,"z":null,"o":{"x":[1,"\u0041"]},"e":""}"#
        let result = read(text + "\n", .lines).result
        #expect(result.columns == ["s", "n", "t", "z", "o", "e"])
        #expect(result.rows[0].fields == ["s:a\né😀/", "-1.50e+3", "true", nil, #"{"x":[1,"\u0041"]}"#, "s:"])
    }

    @Test("all names of a piece of input are columns at once, and each batch has one set of columns")
    func newColumns() throws {
        var reader = JSONRowReader(layout: .lines)
        var batch = SourceBatch()
        let text = Array("{\"a\":1}\n{\"a\":2,\"b\":3}\n{\"b\":4}\n{}\n".utf8)
        let more = Array("{\"b\":5,\"a\":6}\n{\"c\":null,\"c\":7}\n{\"c\":null}\n".utf8)
        var position = try reader.read(text, from: 0, into: &batch)
        #expect(position == text.count)
        #expect(batch.columns == ["a", "b"] && batch.openingColumns == 1)
        position = try reader.read(more, from: 0, into: &batch)
        #expect(position == 31)
        #expect(batch.columns == ["a", "b"] && batch.rows.rowCount == 5 && batch.defects.count == 1)
        #expect(batch.rows.text(row: 2, column: 1) == "4")
        #expect(batch.rows.isAbsent(row: 2, column: 0) && batch.rows.isNull(row: 2, column: 0))
        #expect(batch.rows.text(row: 4, column: 0) == "6")
        #expect(batch.lines == [1, 2, 3, 4, 5])
        batch.removeAll()
        position = try reader.read(more, from: position, into: &batch)
        try reader.finish(into: &batch)
        #expect(position == more.count && batch.columns == ["a", "b", "c"] && batch.openingColumns == 1)
        #expect(batch.rows.rowCount == 1 && batch.rows.isNull(row: 0, column: 2))
        // Null is not absent.
        #expect(!batch.rows.isAbsent(row: 0, column: 2) && batch.rows.isAbsent(row: 0, column: 1))
    }

    @Test("a new name in each of many rows makes few batches, and no more names than there may be")
    func manyNames() throws {
        let text = (0..<3000).map { "{\"id\":1,\"m\($0)\":2}\n" }.joined()
        var reader = JSONRowReader(layout: .lines)
        var batch = SourceBatch()
        var batches = 0
        var position = 0
        let bytes = Array(text.utf8)
        while position < bytes.count {
            batch.removeAll()
            position = try reader.read(bytes, from: position, into: &batch)
            batches += 1
            #expect(batch.columns.count == 3001 && batch.rows.ends.count < 300_000)
        }
        #expect(batches < 50)
        let wide = (0..<4097).map { "{\"m\($0)\":2}\n" }.joined()
        let widest = "{" + (0..<5000).map { "\"m\($0)\":2" }.joined(separator: ",") + "}\n"
        for text in [wide, widest] {
            for pieces in [1000, text.utf8.count] {
                let error = readAll(JSONRowReader(layout: .lines), Array(text.utf8), pieces: pieces).error
                #expect(error?.code == .limitColumns)
            }
        }
    }

    @Test("objects behind each other on a line are records, and so are those of a text sequence")
    func joined() {
        let text = "{\"a\":1}{\"a\":2} {\"b\":3}\n\u{1E}{\"a\":4}\n\u{1E}\n{\"a\":5}{\"a\":}\n{\"a\":6}{\"a\":7}}\n"
        let result = read(text, .lines).result
        #expect(result.columns == ["a", "b"])
        #expect(result.rows.map(\.line) == [1, 1, 1, 2, 4, 4, 5, 5])
        #expect(result.rows.map(\.defect) == [nil, nil, nil, nil, nil, "invalid_json", nil, "invalid_json"])
        #expect(result.rows.map(\.offset) == [0, 7, 15, 24, 34, 41, 48, 55])
    }

    @Test("a sequence of objects, each over as many lines as it likes")
    func sequence() {
        let text = "\u{FEFF}{\n \"a\": {\n\"x\":1}\n}\n\u{1E}{\"a\":2}{\"a\":3}\n\n {\"b\":\"}{\"\n}\n"
        for pieces in 1...text.utf8.count {
            let (result, error) = readAll(JSONRowReader.sequence(), Array(text.utf8), pieces: pieces)
            #expect(error == nil && result.columns == ["a", "b"])
            let rows = normalized(result).rows
            #expect(rows.map(\.fields) == [["{ \"x\":1}", nil], ["2", nil], ["3", nil], [nil, "s:}{"]])
            #expect(rows.map(\.line) == [1, 5, 5, 7])
        }
        let cut = readAll(JSONRowReader.sequence(), Array("{\"a\":1}\n{\"a\":".utf8), pieces: 3)
        #expect(cut.error?.code == .invalidJSON && cut.result.rows.count == 1)
    }

    @Test("raw white space inside embedded values is blanked, so that a row stays on one line")
    func embedded() {
        let result = read("[{\"a\":{\"x\":\r\n\t[1,\n2]}},\n{\"a\":[]}]", .array).result
        #expect(result.rows.map(\.fields) == [["{\"x\":   [1, 2]}"], ["[]"]])
        #expect(result.rows.map(\.line) == [1, 4])
    }

    @Test(
        "lines that are no rows become defects and reading goes on",
        arguments: [
            ("{\"a\":1", "invalid_json"), ("{\"a\":1}}", "invalid_json"), ("{\"a\":1},{\"a\":2}", "invalid_json"),
            ("{'a':1}", "invalid_json"), ("nul", "invalid_json"), ("{\"a\":01}", "invalid_json"),
            ("{\"a\":\"\\ud800\"}", "invalid_json"), ("{\"a\":\"\u{1}\"}", "invalid_json"), ("[1]", "not_an_object"),
            ("1", "not_an_object"), ("\"x\"", "not_an_object"), ("null", "not_an_object"),
            ("{\"a\":1,\"a\":2}", "duplicate_key"), ("{\"a\":1,\"\\u0061\":2}", "duplicate_key"),
            ("{\"new\":1,\"new\":2}", "duplicate_key"), ("{\"a\":\"\\u0000\"}", "nul_byte"),
        ])
    func badLines(line: String, code: String) {
        let result = read("{\"a\":1}\r\n\(line)\r\n\n{\"a\":2}\n", .lines).result
        #expect(result.error == nil)
        #expect(result.columns == ["a"])
        #expect(result.rows.map(\.defect) == [nil, code, nil])
        #expect(result.rows.map(\.line) == [1, 2, 4])
        #expect(result.rows[1].fields == [line])
        #expect(result.rows[2].fields == ["2"])
    }

    @Test("a defect names the byte in the stream")
    func defectMessage() throws {
        var reader = JSONRowReader(layout: .lines)
        var batch = SourceBatch()
        let text: [UInt8] = Array("{\"a\":1}\n{\"a\":\"x".utf8) + [0xC3, 0x22, 0x7D, 0x0A]
        _ = try reader.read(text, from: 0, into: &batch)
        #expect(batch.defects.map(\.message) == ["invalid JSON at byte 15: invalid UTF-8 in a string"])
        #expect(batch.defects.map(\.byteOffset) == [8])
    }

    @Test(
        "a faulty array ends with the place of the fault",
        arguments: [
            ("[{\"a\":1},\n{\"a\":x}]", 2, 15), ("[{\"a\":1}\n{\"a\":2}]", 2, 9), ("[{\"a\":1},]", 1, 9),
            ("{\"a\":1}", 1, 0), ("[{\"a\":1}] x", 1, 10), ("[{\"a\":1}", 1, 8), ("[", 1, 1),
            ("[{\"a\":\"\\udc00\"}]", 1, 7), ("[{\"a\":\"\n\"}]", 1, 7), ("[{\"a\":1", 1, 7), ("[12", 1, 3),
        ])
    func badArray(text: String, line: Int, offset: Int) {
        let error = read(text, .array).error
        #expect(error?.code == .invalidJSON)
        #expect(error?.exitCode == .dataError)
        #expect(error?.position == DataPosition(line: line, byteOffset: offset))
    }

    @Test("files without rows")
    func empty() {
        #expect(read("", .lines).result == ReadResult())
        #expect(read("\u{FEFF}\n\r\n", .lines).result == ReadResult())
        #expect(read(" [ ] \n", .array).result == ReadResult())
        #expect(read("\u{FEFF}", .array).error?.code == .sourceEmpty)
        #expect(read("", .array).error?.code == .sourceEmpty)
        #expect(read("{}", .lines).result.rows.map(\.defect) == ["empty_object"])
    }

    @Test("each limit holds at its value and not one beyond", arguments: JSONLayout.allCases)
    func limits(layout: JSONLayout) {
        func code(_ object: String, _ set: (inout ReaderLimits) -> Void) -> String? {
            var limits = ReaderLimits()
            set(&limits)
            return read(layout == .lines ? "\(object)\r\n" : "[\(object)]", layout, limits: limits).error?.code.rawValue
        }
        #expect(code(#"{"a":"12\n4"}"#) { $0.fieldBytes = 4 } == nil)
        #expect(code(#"{"a":"12\n45"}"#) { $0.fieldBytes = 4 } == "limit_field_bytes")
        #expect(code(#"{"a":[1,2]}"#) { $0.fieldBytes = 5 } == nil)
        #expect(code(#"{"a":[1,23]}"#) { $0.fieldBytes = 5 } == "limit_field_bytes")
        #expect(code(#"{"a":12}"#) { $0.recordBytes = 8 } == nil)
        #expect(code(#"{"a":123}"#) { $0.recordBytes = 8 } == "limit_record_bytes")
        #expect(code(#"{"a":"a long text that goes on"}"#) { $0.recordBytes = 8 } == "limit_record_bytes")
        #expect(code(#"{"a":1,"b":2}"#) { $0.columns = 2 } == nil)
        #expect(code(#"{"a":1,"b":2,"c":3}"#) { $0.columns = 2 } == "limit_columns")
        #expect(code(#"{"ab\n":1}"#) { $0.nameBytes = 3 } == nil)
        #expect(code(#"{"abcd":1}"#) { $0.nameBytes = 3 } == "limit_name_bytes")
        #expect(code(#"{"a":[[1]]}"#) { $0.depth = 3 } == nil)
        #expect(code(#"{"a":[[[1]]]}"#) { $0.depth = 3 } == "limit_depth")
        let deep = String(repeating: "[", count: 5000)
        #expect(code(#"{"a":\#(deep)"#) { $0.depth = 1_000_000 } == "limit_depth")
    }

    /// Pieces of JSON, sound and not, in any order.
    static let nasty: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\":", "\"b\":", "\"\\u0061\":", "1", "-0.5e1", "true", "null", " ",
            "\n", "\r\n", "\\", "\\n", "\\ud83d\\ude00", "\\ud83d", "\\u0000", "\"x\"", "\"é\"", "{}", "[]",
            "{\"a\":1}", "{\"a\":\"text\",\"b\":[1,{\"c\":null}]}\n", "{\"b\":false,\"a\":\"\\t\"},",
            "{\"long\":\"a string of more than sixteen bytes, so that it is scanned in blocks é\"}\n",
        ].map { Array($0.utf8) } + [[0xFF], [0x00], [0xEF, 0xBB, 0xBF]]

    /// A file that is mostly sound.
    func document(_ random: inout SeededRandom, layout: JSONLayout, rows: Int) -> [UInt8] {
        func pick(_ texts: [String]) -> String { texts[Int.random(in: 0..<texts.count, using: &random)] }
        let values = [
            "1", "-2.5", "\"\"", "\"x\"", "\"é\\n\\u20ac\"", "true", "null", "{\"x\": [1, \"]}\"]}", "[ ]",
            "\"a longer text with \\\"quotes\\\" and \\\\ in it\"", "[[{}],\n{}]",
        ]
        var objects: [String] = []
        for _ in 0..<rows {
            let names = ["a", "b", "c d", "\\u0065", "é"].filter { _ in Bool.random(using: &random) }
            let members = names.map { "\"\($0)\"\(pick(["", " "])):\(pick(["", "\t"]))\(pick(values))" }
            let object = "{" + members.joined(separator: pick([",", " , "])) + "}"
            objects.append(pick([object, object, object, object, object, "5", "\"s\"", "[{}]", "{\"a\":1,\"a\":1}"]))
        }
        if layout == .array { return Array(("[" + objects.joined(separator: pick([",", "\n, "])) + "]\n").utf8) }
        return Array(objects.map { $0 + pick(["\n", "\r\n", " \n\n"]) }.joined().utf8)
    }

    @Test("generated files read as the reference reads them, however they are cut", arguments: 0..<8)
    func generated(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<60 {
            for layout in JSONLayout.allCases {
                var bytes = document(&random, layout: layout, rows: round % 9)
                if round % 2 == 0 {
                    let place = Int.random(in: 0...bytes.count, using: &random)
                    bytes.insert(contentsOf: randomBytes(&random, alphabet: Self.nasty, maxPieces: 3), at: place)
                }
                if round % 5 == 0 { bytes = randomBytes(&random, alphabet: Self.nasty, maxPieces: 12) }
                let expected = normalized(referenceRows(bytes, layout: layout.rawValue))
                let sizes = bytes.count < 80 ? Array(1...max(bytes.count, 1)) : [1, 2, 3, 7, 31, 64, 65, bytes.count]
                for pieces in sizes {
                    let reader = JSONRowReader(layout: layout, batchBytes: [1, 10, 1 << 20][pieces % 3])
                    let result = normalized(readAll(reader, bytes, pieces: pieces, padding: pieces % 4).result)
                    let text = String(decoding: bytes, as: UTF8.self)
                    #expect(result == expected, "seed \(seed), round \(round), \(layout), pieces \(pieces): \(text)")
                    if result != expected { return }
                }
            }
        }
    }

    @Test("what the writer writes, the reader reads back", arguments: JSONLayout.allCases)
    func roundTrip(layout: JSONLayout) {
        var random = SeededRandom(seed: 5)
        let columns = [Column("text \"1\"", .text), Column("number", .decimal), Column("json", .json)]
        let alphabet = Self.nasty.filter { $0 != [0xFF] && $0 != [0x00] }
        let rows: [[String?]] = (0..<3000).map { row in
            let text = String(decoding: randomBytes(&random, alphabet: alphabet, maxPieces: 8), as: UTF8.self)
            return [
                row % 7 == 0 ? nil : text, row % 3 == 0 ? nil : "\(row).50", row % 2 == 0 ? "{\"n\":[\(row)]}" : nil,
            ]
        }
        let text = written(JSONRowWriter(columns: columns, layout: layout), rows)
        let result = readAll(JSONRowReader(layout: layout, batchBytes: 10_000), Array(text.utf8), pieces: 1000).result
        #expect(result.columns == columns.map(\.name))
        #expect(result.rows.map(\.fields) == rows.map { [$0[0].map { "s:" + $0 }, $0[1], $0[2]] })
    }
}

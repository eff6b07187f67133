import Formats
import JobCore
import Testing

/// Documents in the manner of JSONTestSuite: what every parser must accept and what none may.
@Suite("57: JSON conformance")
struct JSONConformanceTests {
    static let valid: [String] = [
        "[]", "{}", "[[]]", "[ ]", "\"\"", "\" \"", "true", "null", "-0", "0", "-1", "20e1", "1E22", "1E-2", "1E+2",
        "123.456e78", "0e+1", "0e1", "-0.000000000000000000000000000000000000000000000001", "1.5", "[1,null,2]",
        "{\"\":0}", "{\"a\":[]}", "{\"asd\":\"sdf\",\"dfg\":\"fgh\"}", "{\"a\\u0000b\":1}", "\t[\r\n1 ]\n ",
        #""\u0060\u012a\u12AB""#, #""\ud801\udc37""#, #""\uD83D\ude39\ud83d\udc8d""#, #""\"\\\/\b\f\n\r\t""#,
        #""\\u0000""#, #""\u0000""#, #""\uFFFF""#, #""\udbff\udfff""#, "\"\u{7F}\"", "\"\u{2028}\u{2029}\"",
        "\"\u{FFFF}\"", "\"\u{10FFFF}\"", "\"aa\u{E9}\u{1F600}\"", "[false,true,{\"x\":{\"y\":[{}]}}]",
    ]

    static let invalid: [[UInt8]] =
        [
            "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[,]", "[1 true]", "[\"a\" \"b\"]",
            "[1}",
            "{1}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1,,\"b\":2}", "{\"a\" 1}", "{a:1}", "{'a':1}",
            "{\"a\":1 \"b\":2}", "{\"a\":1}#", "{\"a\":1}{}", "[][]", "1 2", "[1]x", "tru", "truE", "True", "nul",
            "fals",
            "nan", "NaN", "Infinity", "-Infinity", "-", "--1", "+1", "-a", "01", "-01", "00", "1.", ".5", "-.5", "1.e1",
            "1e", "1e+", "1E-", "1e1.5", "0x1", "1_000", "1,5", "1.5.2", "2.e3", "0.e1", "1eE2", "１", "\"", "\"\\\"",
            "\"\\x\"", "\"\\a\"", "\"\\u\"", "\"\\u1\"", "\"\\u00G0\"", "\"\\u123\"", "\"\\U0041\"", "\"\\\u{1F600}\"",
            "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"",
            "\"\\udc00\\ud800\"",
            "\"\\ud800\\", "\"\\ud800\\u", "\"\\ud800\\udc0\"", "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "\"\u{1F}\"",
            "'a'",
            "// c\n1", "/* c */1", "[1]//", "\u{FEFF}1", "\u{A0}1", "\u{C}1", "[\u{B}1]", "undefined", "<a>", "@",
            "{\"a\":[1}", "[{]}", "{\"a\":/**/1}",
        ].map { Array($0.utf8) } + [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xE9, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF0, 0x80, 0x80, 0x80, 0x22], [0x22, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22], [0xFF], [0x5B, 0xE5, 0x5D], [0x22, 0x5C, 0xE5, 0x22], [0xFE, 0xFF, 0x00, 0x31],
        ]

    /// Whether the reader of rows takes the text for a member's value.
    private func rowReaderAccepts(_ bytes: [UInt8], padding: Int) throws -> Bool {
        var reader = JSONRowReader(layout: .lines)
        var batch = SourceBatch()
        // With bytes behind the line, wide loads are possible.
        let line = Array("{\"v\":".utf8) + bytes + [0x7D, 0x0A] + [UInt8](repeating: 0x20, count: padding)
        _ = try reader.read(line, from: 0, into: &batch)
        try reader.finish(into: &batch)
        return batch.rows.rowCount == 1 && batch.defects.isEmpty
    }

    @Test("valid documents are accepted everywhere", arguments: valid)
    func accepts(text: String) throws {
        let bytes = Array(text.utf8)
        let value = try JSONValue(parsing: bytes)
        #expect(try JSONValue(parsing: Array(value.serialized().utf8)) == value)
        // NUL characters and line breaks have rules of their own in files of rows.
        if text != #""\u0000""# && !text.contains(where: \.isNewline) {
            #expect(try rowReaderAccepts(bytes, padding: 0))
            #expect(try rowReaderAccepts(bytes, padding: 64))
        }
        let line = written(JSONRowWriter(columns: [Column("v", .json)], layout: .lines), [[text]])
        #expect(try JSONValue(parsing: Array(line.utf8))["v"] == value)
    }

    @Test("invalid documents are refused everywhere", arguments: invalid)
    func refuses(bytes: [UInt8]) throws {
        let error = try #require(throws: JobError.self) { try JSONValue(parsing: bytes) }
        #expect(error.code == .invalidJSON)
        #expect(error.position?.byteOffset.map { $0 <= bytes.count } == true)
        // Some are sound inside a line of rows: a member ends where the document does not.
        let line = Array("{\"v\":".utf8) + bytes + [0x7D]
        let isSoundAsMember = (try? ReferenceJSON.whole(line)) != nil
        if !bytes.contains(0x0A) {
            #expect(try rowReaderAccepts(bytes, padding: 0) == isSoundAsMember)
            #expect(try rowReaderAccepts(bytes, padding: 64) == isSoundAsMember)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let written = written(JSONRowWriter(columns: [Column("v", .json)], layout: .lines), [[text]])
        #expect(try JSONValue(parsing: Array(written.utf8))["v"] == .string(text))
    }

    @Test("the place of a fault is its byte")
    func places() throws {
        for (text, offset) in [
            ("[1,x]", 3), ("\"ab\u{1}\"", 3), ("{\"a\":1,\"b\"}", 10), ("[1] 2", 4), ("\"\\ud800\"", 1),
        ] {
            let error = try #require(throws: JobError.self) { try JSONValue(parsing: Array(text.utf8)) }
            #expect(error.position?.byteOffset == offset, "\(text)")
        }
        let error = try #require(throws: JobError.self) { try JSONValue(parsing: [0x22, 0x61, 0xC3, 0x22]) }
        #expect(error.position == DataPosition(line: 1, byteOffset: 2))
    }
}

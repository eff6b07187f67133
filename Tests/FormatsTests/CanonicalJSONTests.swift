import JobCore
import Testing

@testable import Formats

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    /// What PostgreSQL 15 makes of each text as `jsonb`, without the spaces behind commas and colons.
    private static let table: [(String, String)] = [
        (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#), (#"{"bb":1,"a":2,"c":3}"#, #"{"a":2,"c":3,"bb":1}"#),
        (#"{ "a" : [ 1 , {"x":null} ] }"#, #"{"a":[1,{"x":null}]}"#), (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        (#"{"é":1,"zz":2,"b":3}"#, #"{"b":3,"zz":2,"é":1}"#), ("{}", "{}"), (" [ ] ", "[]"),
        ("1e2", "100"), ("1.50", "1.50"), ("1.5e-3", "0.0015"), ("-0", "0"), ("-0.0", "0.0"), ("1.50e1", "15.0"),
        ("0e5", "0"), ("-1.5E+2", "-150"), ("0.00e1", "0.0"), ("12345678901234567890.123", "12345678901234567890.123"),
        (#""a\/b""#, #""a/b""#), (#""\u00e9\u0041""#, #""éA""#), (#""\ud83c\udf89""#, #""🎉""#),
        (#""\b\f\n\r\t\"\\""#, #""\b\f\n\r\t\"\\""#), (#""\u0008\u001f\u000B\u007f""#, "\"\\b\\u001f\\u000b\u{7f}\""),
        ("1e00005", "100000"), ("-0e-2", "0.00"), ("0e-5", "0.00000"), ("100e-2", "1.00"), ("1.10e1", "11.0"),
        (#"{"a":{"z":1,"a":[{"q":1,"b":2}]},"a":{"y":1,"b":2}}"#, #"{"a":{"b":2,"y":1}}"#),
        (#"{"\u0061":1,"a":2,"\n":3,"é":4,"zz":5,"\"":6}"#, #"{"\n":3,"\"":6,"a":2,"zz":5,"é":4}"#),
        (#"{"é":1,"e1":2,"~":3,"zz":0,"":9}"#, #"{"":9,"~":3,"e1":2,"zz":0,"é":1}"#),
        (
            #"{"b":[{"d":1,"c":2}],"a":{"f":3,"e":{"h":4,"g":5}}}"#,
            #"{"a":{"e":{"g":5,"h":4},"f":3},"b":[{"c":2,"d":1}]}"#
        ),
        (#"{"b":1,"aa":2,"a":3,"b":4,"b":5}"#, #"{"a":3,"b":5,"aa":2}"#), ("\t[ \n]\r", "[]"), ("{ }", "{}"),
        (#"{"ж\u0436":1 , "x":"\u0436\ud83d\ude00"}"#, #"{"x":"ж😀","жж":1}"#),
        ("true", "true"), (" null ", "null"), (#"{"a":", : ","b":[",","]"]}"#, #"{"a":", : ","b":[",","]"]}"#),
    ]

    @Test("Each text has one form, that of jsonb; the form itself stays as it is", arguments: table)
    func forms(text: String, expected: String) {
        #expect(canonical(text) == expected)
        #expect(canonical(expected) == expected)
    }

    @Test("Of a batch only json columns change, and only what is JSON")
    func batch() {
        let rows: [[String?]] = [
            ["a", #"{"a":1}"#, "[ 1 ]"], ["b", nil, nil], ["", "", "[ 2 ]"], [nil, #"{"b":1, "a":2}"#, " [] "],
            ["d", "no json", "x"], ["e", " 1e2 ", ""],
        ]
        func batch(_ rows: [[String?]]) -> RowBatch {
            var batch = RowBatch(columnCount: 3)
            for value in rows.joined() { batch.append(value) }
            return batch
        }
        func check(_ rows: [[String?]], _ expected: [[String?]]) {
            var batch = batch(rows)
            let rest = batch.canonicaliseJSON(columns: [1])
            #expect(rest == nil)
            let found = rows.indices.map { row in (0..<3).map { batch.text(row: row, column: $0) } }
            #expect(found == expected)
        }
        var expected = rows
        expected[3][1] = #"{"a":2,"b":1}"#
        expected[5][1] = "100"
        check(rows, expected)
        check(Array(rows[..<3]), Array(rows[..<3]))
        check(expected, expected)
    }

    @Test("A batch whose numbers are written out ends when it is large, and goes on in the next one")
    func growing() {
        var batch = RowBatch(columnCount: 2)
        for row in 0..<100 {
            batch.append("r\(row)")
            batch.append("[1e900,1e900]")
        }
        var rows: [String?] = []
        var rest: RowBatch? = batch
        var parts = 0
        while var part = rest {
            rest = part.canonicaliseJSON(columns: [1], enoughBytes: 10_000)
            #expect(part.byteCount < 13_000)
            for row in 0..<part.rowCount {
                rows.append(part.text(row: row, column: 0))
                #expect(part.text(row: row, column: 1)?.utf8.count == 2 * 901 + 3)
            }
            parts += 1
        }
        #expect(rows == (0..<100).map { "r\($0)" } && parts > 10)
    }

    @Test(
        "What cannot be stored is refused, and nothing of it is written",
        arguments: [
            "", " ", "{", #"{"a":}"#, "[1,]", #""\u0000""#, #"{"\u0000":1}"#, #""\ud800""#, "01", "1e9999", "nul",
            "1 2", "[1 2]", "tr ue", #"{"a" 1}"#, #""a" "b""#, "[1,2 3]",
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65), "\"\u{1}\"", "NaN", "'a'",
        ])
    func refused(text: String) {
        #expect(canonical(text) == nil)
    }

    @Test("64 levels are read, written either way")
    func deep() {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(canonical(deep) == deep)
        #expect(canonical(deep + " ") == deep)
    }

    @Test("A number has at most 1,000 digits, and numbers cannot blow up a text without end")
    func growth() {
        #expect(canonical("1e999")?.count == 1000)
        #expect(canonical("1e-999")?.count == 1001)
        #expect(canonical("1e1000") == nil)
        let digits = String(repeating: "7", count: 1000)
        #expect(canonical(digits) == digits)
        #expect(canonical(digits + "7") == nil)
        let many = { (count: Int) in "[" + Array(repeating: "1e999", count: count).joined(separator: ",") + "]" }
        #expect(canonical(many(1000))?.count == 1_001_001)
        #expect(canonical(many(1100)) == nil)
    }

    @Test("An object of many members, half of them twice, is put in order without delay", .timeLimit(.minutes(1)))
    func manyMembers() {
        let names = (0..<60_000).map { "k\($0 * 7919 % 60_000)" }
        let text = "{" + (names + names.prefix(30_000)).map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let sorted = names.sorted { ($0.count, $0) < ($1.count, $1) }
        #expect(canonical(text) == "{" + sorted.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}")
    }

    @Test("Text becomes a string with the same escapes; what jsonb cannot hold is refused")
    func strings() {
        func string(_ bytes: [UInt8]) -> String? {
            var output: [UInt8] = []
            let isText = unsafe bytes.withUnsafeBufferPointer { unsafe CanonicalJSON.append(text: $0, to: &output) }
            #expect(isText || output.isEmpty)
            return isText ? String(decoding: output, as: UTF8.self) : nil
        }
        #expect(string([]) == "\"\"")
        #expect(string(Array("é\"\\/\n\u{1}\u{7f}".utf8)) == "\"é\\\"\\\\/\\n\\u0001\u{7f}\"")
        #expect(string([0x61, 0]) == nil)
        #expect(string([0x61, 0xFF]) == nil)
    }

    private func canonical(_ text: String) -> String? {
        var output = Array("before".utf8)
        let bytes = Array(text.utf8)
        let isJSON = unsafe bytes.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &output) }
        #expect(output.starts(with: Array("before".utf8)))
        if !isJSON { #expect(output.count == 6) }
        return isJSON ? String(decoding: output.dropFirst(6), as: UTF8.self) : nil
    }
}

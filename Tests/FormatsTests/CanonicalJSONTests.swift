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
        ("true", "true"), (" null ", "null"), (#"{"a":", : ","b":[",","]"]}"#, #"{"a":", : ","b":[",","]"]}"#),
    ]

    @Test("Each text has one form, that of jsonb; the form itself stays as it is", arguments: table)
    func forms(text: String, expected: String) {
        #expect(canonical(text) == expected)
        #expect(canonical(expected) == expected)
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

    private func canonical(_ text: String) -> String? {
        var output = Array("before".utf8)
        let bytes = Array(text.utf8)
        let isJSON = unsafe bytes.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &output) }
        #expect(output.starts(with: Array("before".utf8)))
        if !isJSON { #expect(output.count == 6) }
        return isJSON ? String(decoding: output.dropFirst(6), as: UTF8.self) : nil
    }
}

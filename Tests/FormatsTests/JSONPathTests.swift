import JobCore
import TestSupport
import Testing

@testable import Formats

@Suite("JSON arrays inside objects")
struct JSONPathTests {
    private func read(_ text: String, _ path: [String], pieces: Int = 1000) -> (result: ReadResult, error: JobError?) {
        readAll(JSONRowReader(layout: .array, path: path), Array(text.utf8), pieces: pieces)
    }

    private static let rows = "[ {\"a\":1,\"b\":\"x]}\"},\n{\"a\":2} , 7,\n {\"b\":[1,{\"a\":[3]}]} ]"

    /// What may stand around the rows, and the way to them.
    private static let frames: [(before: String, after: String, path: [String])] = [
        ("{\"rows\":", "}", ["rows"]),
        ("\u{FEFF} {\n\t\"rows\" :\n", "\n}\n ", ["rows"]),
        ("{\"total\":12,\"next\":null,\"rows\":", ",\"more\":[{\"rows\":[1]}],\"s\":\"]\\\"}\"}", ["rows"]),
        ("{\"rows2\":[{}],\"x\":{\"rows\":[[\"{\"]]},\"rows\":", ",\"n\":-1.5e3 , \"t\":true}", ["rows"]),
        ("{\"data\":{\"x\":[],\"con tacts\":", "},\"meta\":{\"con tacts\":{}}}", ["data", "con tacts"]),
        ("{\"a\":{\"b\":{\"c\":{\"\\u00e9\":", "}}},\"z\":\"\\\\\"}", ["a", "b", "c", "é"]),
    ]

    @Test(
        "The rows are those of the array alone, each at its place, however the file is cut", arguments: frames.indices)
    func frame(index: Int) throws {
        let frame = Self.frames[index]
        let alone = readAll(JSONRowReader(layout: .array), Array(Self.rows.utf8), pieces: 1000)
        #expect(alone.error == nil && alone.result.rows.count == 4)
        let text = frame.before + Self.rows + frame.after
        let bytes = frame.before.utf8.count
        let lines = frame.before.utf8.count { $0 == 0x0A }
        for pieces in Array(1...40) + [text.utf8.count] {
            let found = read(text, frame.path, pieces: pieces)
            #expect(found.error == nil, "\(String(describing: found.error))")
            #expect(found.result.columns == alone.result.columns)
            #expect(found.result.rows.map(\.fields) == alone.result.rows.map(\.fields), "pieces of \(pieces)")
            #expect(found.result.rows.map(\.offset) == alone.result.rows.map { $0.offset + bytes })
            #expect(found.result.rows.map(\.line) == alone.result.rows.map { $0.line + lines })
        }
    }

    @Test("A file that is cut is never taken for a whole one", arguments: frames.indices)
    func truncation(index: Int) throws {
        let frame = Self.frames[index]
        let text = frame.before + Self.rows + frame.after
        let end = text.utf8.count - frame.after.utf8.reversed().prefix { $0 == 0x0A || $0 == 0x20 }.count
        for count in 1..<end {
            let bytes = Array(text.utf8.prefix(count))
            let error = readAll(JSONRowReader(layout: .array, path: frame.path), bytes, pieces: 7).error
            // Half a byte order mark is no object.
            let codes: [ErrorCode] = [.invalidJSON, .sourceEmpty] + (count < 3 ? [.jsonPathMissing] : [])
            #expect(codes.contains(try #require(error).code), "\(count)")
        }
    }

    @Test(
        "What is wrong is said with its place",
        arguments: [
            ("{\"a\":1}", "json_path_missing", "no 'x'", 1, 6), ("{}", "json_path_missing", "no 'x'", 1, 1),
            ("{\"x\":5}", "json_path_missing", "'x' is no object", 1, 5),
            ("{\"x\":\n\"s\"}", "json_path_missing", "'x' is a string", 2, 6),
            ("{\"x\":[]}", "json_path_missing", "'x' is an array", 1, 5),
            ("{\"x\":{\"y\":{}}}", "json_path_missing", "'x.y' is an object, expected an array", 1, 10),
            ("{\"x\":{\"z\":[]}}", "json_path_missing", "no 'x.y'", 1, 12),
            ("[{\"x\":1}]", "json_path_missing", "the source is an array", 1, 0),
            ("{\"x\":{\"y\":[],\"y\":[]}}", "duplicate_key", "'x.y' twice", 1, 15),
            ("{\"x\":{\"y\":[]},\"x\":{}}", "duplicate_key", "'x' twice", 1, 16),
            ("{\"x\":{\"y\":[]}} {", "invalid_json", "after the end", 1, 15),
            ("{\"x\":{\"y\":[]}]", "invalid_json", "','", 1, 13),
            ("{\"x\":{\"y\":[] \"z\":1}}", "invalid_json", "','", 1, 13),
            ("{\"x\" 5}", "invalid_json", "':'", 1, 5), ("{x:5}", "invalid_json", "name", 1, 1),
            ("{\"\\q\":5}", "invalid_json", "escape", 1, 4), ("", "source_empty", "empty", 1, 0),
            ("{\"x\":{\"y\":[1", "invalid_json", "ends", 1, 12),
        ])
    func faults(text: String, code: String, words: String, line: Int, offset: Int) {
        for pieces in [1, 3, 1000] {
            let error = read(text, ["x", "y"], pieces: pieces).error
            #expect(error?.code.rawValue == code, "\(error?.description ?? "")")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.exitCode == .dataError)
            #expect(error?.position == DataPosition(line: line, byteOffset: offset), "\(text)")
        }
    }

    @Test("A name on the way has the length limit of all names")
    func longName() {
        let name = String(repeating: "n", count: 128)
        #expect(read("{\"\(name)\":[]}", [name]).error == nil)
        #expect(read("{\"\(name)n\":1,\"\(name)\":[]}", [name]).error?.code == .limitNameBytes)
    }

    @Test(
        "An object over several lines is told from JSON Lines",
        arguments: [
            ("{\n", true), ("\u{FEFF}{ \r\n \"a\":1}", true), ("{\"rows\": [\n{}]}", true),
            ("{\"a\": 1,\n\"b\": 2}", true),
            ("{\"a\":1}\n{\"a\":2}\n", false), ("{\"a\":{\"b\":1},\n", false), ("{\"a\":1", false), ("id,{\n", false),
            ("[{\n", false), ("{\"a\":\n1}", false),
        ])
    func spread(text: String, isSpread: Bool) { #expect(JSONOpening.isSpread(Array(text.utf8)) == isSpread) }
}

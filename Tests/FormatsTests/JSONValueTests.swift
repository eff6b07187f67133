import Formats
import JobCore
import Testing

@Suite("JSON documents")
struct JSONValueTests {
    @Test("order, exact numbers and escapes are kept")
    func roundTrip() throws {
        let text = #"{"b":1.50,"a":[true,false,null,-0,1e+9],"é":"x\n\u0001\"\\/","empty":{},"none":[]}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(value.serialized() == text)
        #expect(value["b"] == .number("1.50"))
        #expect(value["missing"] == nil)
        #expect(JSONValue.null["b"] == nil)
        #expect(try JSONValue(parsing: Array(value.serializedPretty().utf8)) == value)
    }

    @Test("the pretty form is indented by two spaces and ends with a newline")
    func pretty() throws {
        let value = try JSONValue(parsing: Array(#"{"a":[1,{}],"b":[]}"#.utf8))
        #expect(value.serializedPretty() == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n")
    }

    @Test("the canonical form sorts members by the bytes of their names at every level")
    func canonical() throws {
        let value = try JSONValue(parsing: Array(#"{ "b" : {"z":1,"é":2,"Z":3}, "a" : [ {"y":1,"x":2} ] }"#.utf8))
        #expect(value.canonical() == #"{"a":[{"x":2,"y":1}],"b":{"Z":3,"z":1,"é":2}}"#)
    }

    @Test("names that look the same but differ in bytes are two members")
    func canonicallyEquivalentNames() throws {
        let value = try JSONValue(parsing: Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
        #expect(value["\u{E9}"] == .number("1"))
        #expect(value["e\u{301}"] == .number("2"))
    }

    @Test("errors carry code, exit code, line and byte offset")
    func errors() throws {
        let error = try #require(throws: JobError.self) {
            try JSONValue(parsing: Array("{\n  \"a\": 1,\n  \"a\": 2}".utf8), as: .catalogue)
        }
        #expect(
            error.code == .catalogueInvalid
                && error.message.hasPrefix("the resource catalogue has the same member name twice"))
        #expect(error.exitCode == .configuration)
        #expect(error.position == DataPosition(line: 3, byteOffset: 14))
    }

    @Test("an empty document has its own message")
    func empty() throws {
        for text in ["", " \r\n\t"] {
            let error = try #require(throws: JobError.self) { try JSONValue(parsing: Array(text.utf8)) }
            #expect(error.code == .invalidJSON)
            #expect(error.exitCode == .dataError)
            #expect(error.message == "the JSON document is no valid JSON: it is empty")
        }
    }

    @Test("depth and size are allowed at the limit and refused one beyond")
    func limits() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(128)) }
        #expect(
            try #require(throws: JobError.self) { try JSONValue(parsing: nested(129)) }.message.contains(
                "nested deeper"))
        let ceiling = JSONLimits(maxDepth: 1_000_000)
        #expect(throws: Never.self) { try JSONValue(parsing: nested(512), limits: ceiling) }
        let deep = try #require(throws: JobError.self) { try JSONValue(parsing: nested(100_000), limits: ceiling) }
        #expect(deep.message.contains("nested deeper"))
        let small = JSONLimits(maxBytes: 4)
        #expect(throws: Never.self) { try JSONValue(parsing: Array("1234".utf8), limits: small) }
        let large = try #require(throws: JobError.self) { try JSONValue(parsing: Array("12345".utf8), limits: small) }
        #expect(large.message.contains("the limit is 4"))
    }
}

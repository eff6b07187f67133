import Formats
import JobCore
import Testing

@testable import JobRuntime

@Suite("Validation of specs")
struct SpecValidationTests {
    private static let shape = SpecType.object([
        SpecField("id", .string(.identifier), "Id", isRequired: true), SpecField("count", .integer(1...10), "Count"),
        SpecField("rate", .number(0...1), "Rate"), SpecField("kind", .choice(["csv", "json"]), "Kind"),
        SpecField("flag", .boolean, "Flag"), SpecField("names", .array(.string(.short(3))), "Names"),
        SpecField("map", .map(.integer(0...Int.max)), "Map"),
        SpecField("inner", .object([SpecField("at", .string(.timestamp), "At")]), "Inner"),
        SpecField(
            "either",
            .anyOf([.string(.separator), .object([SpecField("field", .string(.any), "F", isRequired: true)])]), "E"),
        SpecField("any", .any, "Any"),
    ])

    private func problems(_ text: String, _ shape: SpecType = shape) throws -> [String] {
        var problems = SpecProblems()
        shape.validate(try JSONValue(parsing: Array(text.utf8)), at: "$", into: &problems)
        return problems.lines
    }

    @Test(
        "What fits the shape has no mistakes",
        arguments: [
            #"{"id":"a"}"#,
            #"{"id":"a","count":10,"rate":0.5,"kind":"json","flag":false,"names":["abc",""],"map":{"x y":0}}"#,
            #"{"id":"a","inner":{"at":"2026-04-01"},"either":";","any":[null]}"#,
            #"{"id":"a","either":{"field":""},"inner":{}}"#,
        ])
    func good(text: String) throws {
        #expect(try problems(text) == [])
    }

    @Test(
        "Every mistake has the path of its place",
        arguments: [
            (
                #"{}"#,
                "$.id: is missing, expected 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit"
            ),
            (#"{"id":"a","count":11}"#, "$.count: found the number 11, expected an integer from 1 to 10"),
            (#"{"id":"a","count":1.0}"#, "$.count: found the number 1.0, expected an integer from 1 to 10"),
            (#"{"id":"a","count":"1"}"#, #"$.count: found the string "1", expected an integer from 1 to 10"#),
            (#"{"id":"a","rate":1.5}"#, "$.rate: found the number 1.5, expected a number from 0.0 to 1.0"),
            (#"{"id":"a","kind":"jsn"}"#, #"$.kind: found the string "jsn"; did you mean 'json'?"#),
            (#"{"id":"a","kind":"parquet"}"#, #"$.kind: found the string "parquet"; known: csv, json"#),
            (#"{"id":"a","kind":null}"#, "$.kind: found null, expected one of csv, json"),
            (#"{"id":"a","flag":1}"#, "$.flag: found the number 1, expected true or false"),
            (
                #"{"id":"a","names":["abc","abcd"]}"#,
                #"$.names[1]: found the string "abcd", expected a string of at most 3 characters"#
            ),
            (#"{"id":"a","names":"abc"}"#, #"$.names: found the string "abc", expected an array"#),
            (#"{"id":"a","map":{"x y":-1}}"#, #"$.map["x y"]: found the number -1, expected an integer from 0"#),
            (
                #"{"id":"a","inner":{"at":"now"}}"#,
                "$.inner.at: found the string \"now\", expected an RFC 3339 timestamp such as 2026-04-01T12:00:00Z"
            ),
            (#"{"id":"a","inner":[]}"#, "$.inner: found an array of 0, expected an object"),
            (#"{"id":"a","cuont":1}"#, "$.cuont: unknown field; did you mean 'count'?"),
            (#"{"id":"a","a\"b":1}"#, #"$["a\"b"]: unknown field; known: id, count"#),
            (#"{"id":"a","":1}"#, #"$[""]: unknown field; known"#),
            (#"{"id":"a","either":"ab"}"#, #"$.either: found the string "ab", expected one of , ; |"#),
            (#"{"id":"a","either":{"feld":"x"}}"#, "$.either.feld: unknown field; did you mean 'field'?"),
            (
                #"{"id":"a","either":5}"#,
                "$.either: found the number 5, expected one of , ; | or tab, or another ASCII punctuation character, "
                    + "or an object"
            ),
            ("[1,2]", "$: found an array of 2, expected an object"), ("null", "$: found null, expected an object"),
        ])
    func mistakes(text: String, expected: String) throws {
        let found = try problems(text)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }

    @Test("All mistakes come at once, in the order of the document, missing ones last")
    func allAtOnce() throws {
        let found = try problems(#"{"count":0,"x":1,"inner":{"at":5,"bt":6},"names":[1,2]}"#)
        #expect(
            found.map { String($0.prefix { $0 != ":" }) }
                == ["$.count", "$.x", "$.inner.at", "$.inner.bt", "$.names[0]", "$.names[1]", "$.id"])
    }

    @Test("Fifty lines are listed, the rest is counted")
    func cap() throws {
        let items = Array(repeating: "5", count: 120).joined(separator: ",")
        var problems = SpecProblems()
        let value = try JSONValue(parsing: Array("[\(items)]".utf8))
        SpecType.array(.boolean).validate(value, at: "$", into: &problems)
        #expect(problems.lines.count == 50)
        let error = #expect(throws: JobError.self) { try problems.throwIfAny() }
        #expect(error?.message.hasPrefix("the job spec has 120 mistakes:\n  $[0]: found") == true)
        #expect(error?.message.hasSuffix("\n  and 70 more") == true)
        #expect(error?.code == .specInvalid && error?.exitCode == .usage)
        var one = SpecProblems()
        #expect(one.isEmpty)
        try one.throwIfAny()
        one.add("$.a", "is odd")
        let other = #expect(throws: JobError.self) {
            try one.throwIfAny(in: JSONDocument(.catalogueInvalid, "the x"))
        }
        #expect(other?.message == "the x has 1 mistake:\n  $.a: is odd" && other?.code == .catalogueInvalid)
        #expect(other?.exitCode == .configuration)
    }

    @Test("What a spec lists has a bound, in elements, in lines and in bytes")
    func bounds() throws {
        let shape = SpecType.object([
            SpecField("items", .array(.integer(0...9), atMost: 3), "I"), SpecField("map", .map(.any, atMost: 2), "M"),
            SpecField("text", .string(.short(4)), "T"),
        ])
        #expect(try problems(#"{"items":[1,2,3],"map":{"a":1,"b":2},"text":"abcd"}"#, shape) == [])
        #expect(
            try problems(#"{"items":[1,2,3,4],"map":{"a":1,"b":2,"c":3},"text":"a\u0301\u0301\u0301\u0301"}"#, shape)
                == [
                    "$.items: has 4 elements, at most 3 are possible", "$.map: has 3 fields, at most 2 are possible",
                    "$.text: found the string \"a\u{301}\u{301}\u{301}\u{301}\", expected a string of at most 4 characters",
                ])
        var long = SpecProblems()
        for index in 0..<1000 { long.add("$.x\(index)", String(repeating: "y", count: 100_000)) }
        let error = #expect(throws: JobError.self) { try long.throwIfAny() }
        #expect((error?.message.utf8.count ?? 0) < 20_000)
        #expect(error?.message.hasPrefix("the job spec has 1000 mistakes") == true)
        var names = SpecProblems()
        names.add("$.a", "unknown", nearest: "zzzz", among: (0..<5000).map { "name\($0)" })
        #expect(names.lines[0].contains("name39 and 4960 more"))
    }

    @Test("Names are the same when their bytes are, not when they look the same")
    func bytes() throws {
        let shape = SpecType.object([SpecField("key", .integer(0...9), "K", isRequired: true)])
        let found = try problems("{\"\u{212A}ey\":1}", shape)
        #expect(found.count == 2 && found[0].contains("unknown field") && found[1].contains("is missing"), "\(found)")
    }

    @Test("Separators are one ASCII character that can separate")
    func separators() {
        for good in [",", ";", "|", "\t", ":", "~", "!", "_"] { #expect(StringRule.separator.accepts(good), "\(good)") }
        for bad in ["", ",,", "a", "7", "\"", " ", "\n", "\r", "é", "\u{7F}", "\u{0}"] {
            #expect(!StringRule.separator.accepts(bad), "\(bad)")
        }
    }

    @Test("Ids are 1 to 64 letters, digits, _ and -, and begin with a letter or digit")
    func identifiers() {
        for good in ["a", "0", "A-b_c", "org_demo", String(repeating: "x", count: 64)] {
            #expect(Identifier.isValid(good), "\(good)")
        }
        for bad in [
            "", "-a", "_a", ".", "..", "a/b", "a b", "a\n", "é", "a.b", "ａ", "a\u{0}",
            String(repeating: "x", count: 65),
        ] {
            #expect(!Identifier.isValid(bad), "\(bad)")
        }
    }

    @Test("Fresh ids are ids, differ, and sort by the time they were made at")
    func freshIds() {
        var ids: Set<String> = []
        let before = JobIdentifier.fresh()
        for _ in 0..<1000 { ids.insert(JobIdentifier.fresh()) }
        #expect(ids.count == 1000)
        #expect(ids.allSatisfy { $0.utf8.count == 26 && Identifier.isValid($0) })
        #expect(ids.allSatisfy { $0.prefix(10) >= before.prefix(10) })
        #expect(JobIdentifier.random(7).utf8.count == 7)
        // The first ten characters are the milliseconds, five bits each.
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        let milliseconds = before.prefix(10).reduce(0) { $0 * 32 + (alphabet.firstIndex(of: $1) ?? 99) }
        #expect(abs(Int64(milliseconds) - WallClock.now().microseconds / 1000) < 60_000)
    }

    @Test("The same table is a JSON Schema that refuses unknown fields")
    func schema() {
        let text = SpecType.object([
            SpecField("id", .string(.identifier), "Id", isRequired: true), SpecField("n", .integer(1...5), "N"),
            SpecField("m", .integer(0...Int.max), "M"), SpecField("r", .number(0...1), "R"),
            SpecField("a", .array(.boolean), "A"), SpecField("k", .anyOf([.choice(["x"]), .map(.any)]), "K"),
            SpecField("t", .string(.timestamp), "T"), SpecField("s", .string(.separator), "S"),
            SpecField("q", .string(.sqlName), "Q"), SpecField("h", .string(.short(9)), "H"),
        ]).schemaDocument(title: "X").serialized()
        #expect(
            text
                == #"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"X","type":"object","#
                + #""properties":{"#
                + #""id":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$","description":"Id"},"#
                + #""n":{"type":"integer","minimum":1,"maximum":5,"description":"N"},"#
                + #""m":{"type":"integer","minimum":0,"description":"M"},"#
                + #""r":{"type":"number","minimum":0.0,"maximum":1.0,"description":"R"},"#
                + #""a":{"type":"array","items":{"type":"boolean"},"maxItems":4096,"description":"A"},"#
                + #""k":{"anyOf":[{"enum":["x"]},{"type":"object","additionalProperties":{},"maxProperties":4096}],"#
                + #""description":"K"},"#
                + #""t":{"type":"string","format":"date-time","description":"T"},"#
                + #""s":{"type":"string","minLength":1,"maxLength":1,"description":"S"},"#
                + #""q":{"type":"string","pattern":"^[A-Za-z0-9_]{1,63}$","description":"Q"},"#
                + #""h":{"type":"string","maxLength":9,"description":"H"}},"#
                + #""required":["id"],"additionalProperties":false}"#)
    }
}

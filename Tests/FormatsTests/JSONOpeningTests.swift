import Formats
import Testing

@Suite("Beginnings of JSON files")
struct JSONOpeningTests {
    @Test(
        "Lines are told from objects that follow each other in other ways",
        arguments: [
            ("{\"a\":1}\n{\"a\":2}\n", false), ("{\"a\":1}", false), ("{\"a\":1}\n\n {\"a\":2}", false), ("{", false),
            ("{\"a\":1}{\"a\":2}", true), ("{\"a\":1} {\"a\":2}\n", true),
            ("\u{1E}{\"a\":1}\n\u{1E}{\"a\":2}\n", false),
            ("\u{1E}{\"a\":\n1}\n\u{1E}{\"a\":2}\n", true), ("\u{FEFF}{\n\"a\":{\"b\":1}\n}\n", true),
            ("{\"a\":1,\n\"b\":[2,\n3", true), ("{\"a\":1,}\n{\"a\":2}\n", false), ("{\"a\":1\n{\"a\":2}\n", false),
            ("{\"a\":\"x\n\"}\n{\"a\":2}\n", false), ("{\n\"a\":x}\n", true), ("{\"a\":1} x\n{\"a\":2}", false),
        ])
    func sequence(text: String, isSequence: Bool) { #expect(JSONOpening(Array(text.utf8)).isSequence == isSequence) }

    @Test("The ways to arrays of objects are found, those that are less deep first")
    func paths() {
        let text =
            #"{"a":[1],"b":{"c":{"d":[{"x":[{}]}]},"e\u0066":[ {}]},"s":"[{","g":[{"h":1}],"i":[[{}]],"j":[]}"#
        let opening = JSONOpening(Array(text.utf8))
        #expect(opening.names == ["a", "b", "s", "g", "i", "j"] && opening.isAlone)
        #expect(opening.paths == [["g"], ["b", "ef"], ["b", "c", "d"]])
        #expect(!JSONOpening(Array((text + "\n{}").utf8)).isAlone)
        let deep = String(repeating: "{\"a\":", count: 50_000)
        #expect(JSONOpening(Array(deep.utf8)).paths.isEmpty)
        // What is cut off is seen as far as it goes.
        let cut = JSONOpening(Array(#"{"ok":true,"data":{"rows":[{"id":1},{"id"#.utf8))
        #expect(cut.paths == [["data", "rows"]] && cut.names == ["ok", "data"] && cut.isAlone)
    }
}

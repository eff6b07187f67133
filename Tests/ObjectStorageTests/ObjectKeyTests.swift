import JobCore
import ObjectStorage
import Testing

@Suite("Object keys")
struct ObjectKeyTests {
    @Test(
        "Paths that stay below the root are keys",
        arguments: [
            "a", "org/jobs/j1/part-0001.csv.gz", "...", "a/.hidden", "dt=2024-01-01/x+y@z,~_.json", "x.dataio", "a b",
            "ä", "a:b", "a%2e", "a?b", "a*", "Kunden (neu) #1 & \"mehr\" 100%.csv", "a/\u{2025}/b", "a/..\u{301}",
            "\u{301}a",
            "名簿.csv", "a/\u{301}b", String(repeating: "ü", count: 127),
        ])
    func valid(text: String) throws {
        #expect(try ObjectKey(validating: text).text == text)
    }

    @Test(
        "Paths that could leave the root or confuse a tool are none",
        arguments: [
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "a/./b", "a\\b", "a\u{0}b", "a\nb",
            "a\tb",
            "a\u{85}b", "a\u{2028}b", ".dataio", ".dataio/locks/1", "a/.dataio-x/b", "a\u{7F}", "a/../\u{301}b",
            "..\u{2F}\u{301}", "/\u{301}a", "a//\u{301}", String(repeating: "ü", count: 128),
            String(repeating: "x", count: 256), String(repeating: "ab/", count: 342) + "x",
        ])
    func invalid(text: String) async {
        await expectCode("invalid_key", .usage) { _ = try ObjectKey(validating: text) }
    }

    @Test("The longest key and the longest segment are keys")
    func longest() throws {
        let segment = String(repeating: "x", count: 255)
        let text = [segment, segment, segment, String(repeating: "y", count: 256)].joined(separator: "/")
        #expect(text.utf8.count == 1024)
        #expect(throws: JobError.self) { try ObjectKey(validating: text) }
        let allowed = [segment, segment, segment, "y", String(repeating: "y", count: 254)].joined(separator: "/")
        #expect(allowed.utf8.count == 1024)
        #expect(try ObjectKey(validating: allowed).text == allowed)
    }

    @Test("Keys are told apart by their bytes, as stores do")
    func bytes() throws {
        let (composed, decomposed) = (try ObjectKey(validating: "\u{FC}"), try ObjectKey(validating: "u\u{308}"))
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
        #expect(ObjectKey.rest(of: "uploads/\u{301}a", after: "uploads/") == "\u{301}a")
        #expect(ObjectKey.rest(of: "upload", after: "uploads/") == nil)
    }

    @Test("A segment is added only when the result is a key")
    func appending() async throws {
        let key = try ObjectKey(validating: "org/jobs")
        #expect(try key.appending("j1").text == "org/jobs/j1")
        for segment in ["", "..", "/x", "x/"] {
            await expectCode("invalid_key", .usage) { _ = try key.appending(segment) }
        }
    }
}

import JobCore
import ObjectStorage
import Testing

@Suite("Object keys")
struct ObjectKeyTests {
    @Test(
        "Paths that stay below the root are keys",
        arguments: ["a", "org/jobs/j1/part-0001.csv.gz", "...", "a/.hidden", "dt=2024-01-01/x+y@z,~_.json", "x.dataio"])
    func valid(text: String) throws {
        #expect(try ObjectKey(validating: text).text == text)
    }

    @Test(
        "Paths that could leave the root or confuse a tool are none",
        arguments: [
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "a/./b", "a\\b", "a\u{0}b", "a\nb",
            "a\tb",
            "a b", "ä", "a:b", "a%2e", "a?b", "a*", ".dataio", ".dataio/locks/1", "a/.dataio-x/b", "a\u{7F}",
            "a/\u{2025}/b", String(repeating: "x", count: 256), String(repeating: "ab/", count: 342) + "x",
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

    @Test("A segment is added only when the result is a key")
    func appending() async throws {
        let key = try ObjectKey(validating: "org/jobs")
        #expect(try key.appending("j1").text == "org/jobs/j1")
        for segment in ["", "..", "/x", "x/"] {
            await expectCode("invalid_key", .usage) { _ = try key.appending(segment) }
        }
    }
}

import JobCore
import TestSupport
import Testing

@Suite("UUIDs as text")
struct UUIDTextTests {
    private let canonical = "0189f2c4-7a3b-7c00-8abc-def012345678"

    @Test(
        "Every way to write a UUID gives the same text",
        arguments: [
            "0189f2c4-7a3b-7c00-8abc-def012345678", "0189F2C4-7A3B-7C00-8ABC-DEF012345678",
            "0189f2C4-7a3B-7c00-8aBC-dEf012345678", "{0189f2c4-7a3b-7c00-8abc-def012345678}",
            "0189f2c47a3b7c008abcdef012345678", "{0189F2C47A3B7C008ABCDEF012345678}",
        ])
    func forms(text: String) {
        #expect(UUIDText.canonical(text) == canonical)
    }

    @Test(
        "What is no UUID is none",
        arguments: [
            "", "{}", "0189f2c4", "0189f2c4-7a3b-7c00-8abc-def01234567", "0189f2c4-7a3b-7c00-8abc-def0123456789",
            "0189f2c47-a3b-7c00-8abc-def012345678", "0189f2c4-7a3b-7c008-abc-def012345678",
            "0189g2c4-7a3b-7c00-8abc-def012345678", "{0189f2c4-7a3b-7c00-8abc-def012345678",
            "0189f2c4-7a3b-7c00-8abc-def012345678}", "(0189f2c4-7a3b-7c00-8abc-def012345678)",
            "0189f2c4_7a3b_7c00_8abc_def012345678", "urn:uuid:0189f2c4-7a3b-7c00-8abc-def012345678",
            "0189f2c47a3b7c008abcdef0123456-8", "0189f2c4-7a3b-7c00-8abc-def01234567é",
            "@189f2c47a3b7c008abcdef012345678",
            "`189f2c47a3b7c008abcdef012345678", "G189f2c47a3b7c008abcdef012345678",
        ])
    func malformed(text: String) {
        #expect(UUIDText.canonical(text) == nil)
        var output = Array("kept".utf8)
        var copy = text
        let isValid = copy.withUTF8 { unsafe UUIDText.append($0, to: &output) }
        #expect(!isValid)
        #expect(output == Array("kept".utf8))
    }

    @Test("Any byte of a UUID that is no hexadecimal digit or dash makes it none")
    func everyPlace() {
        for index in canonical.utf8.indices {
            for byte in ["g", " ", "/", ":", "@", "["] {
                var changed = canonical
                changed.replaceSubrange(index...index, with: byte)
                #expect(UUIDText.canonical(changed) == nil)
            }
        }
    }
}

@Suite("Nearest names")
struct NearestNameTests {
    private let known = ["email", "first_name", "last_name", "created_at", "id", "plan"]

    @Test(
        "A slip of the pen is understood",
        arguments: [
            ("emial", "email"), ("Email", "email"), ("e-mail", "email"), ("firstname", "first_name"),
            ("lst_name", "last_name"),
            ("createdat", "created_at"), ("created_ta", "created_at"), ("pln", "plan"), ("plans", "plan"), ("if", "id"),
        ])
    func close(name: String, expected: String) {
        #expect(NearestName.of(name, among: known) == expected)
    }

    @Test(
        "What is far from everything has no suggestion",
        arguments: ["", "zzzzzz", "x", "occurred", "organisation_number"])
    func far(name: String) {
        #expect(NearestName.of(name, among: known) == nil)
    }

    @Test("Without names there is no suggestion, the first of two equally near wins, and length is no danger")
    func edges() {
        #expect(NearestName.of("a", among: []) == nil)
        #expect(NearestName.of("cat", among: ["bat", "rat"]) == "bat")
        #expect(NearestName.of(String(repeating: "a", count: 100_000), among: known + [""]) == nil)
    }

    /// The distance as it is defined, without a bound.
    private func distance(_ left: [Character], _ right: [Character]) -> Int {
        var table = [[Int]](repeating: [Int](repeating: 0, count: right.count + 1), count: left.count + 1)
        for i in 0...left.count { table[i][0] = i }
        for j in 0...right.count { table[0][j] = j }
        for i in 1..<left.count + 1 {
            for j in 1..<right.count + 1 {
                let change = left[i - 1] == right[j - 1] ? 0 : 1
                var cost = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + change)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    cost = min(cost, table[i - 2][j - 2] + 1)
                }
                table[i][j] = cost
            }
        }
        return table[left.count][right.count]
    }

    @Test("Looking only near the diagonal finds what looking everywhere finds")
    func bounded() {
        var random = SeededRandom(seed: 3)
        func name(_ random: inout SeededRandom) -> String {
            String((0..<Int.random(in: 1...9, using: &random)).map { _ in "abc".randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<3000 {
            let wanted = name(&random)
            let known = (0..<4).map { _ in name(&random) }
            var best: (name: String, distance: Int)?
            for candidate in known {
                let found = distance(Array(wanted), Array(candidate))
                if found <= min(3, max(wanted.count, candidate.count) / 2), found < best?.distance ?? .max {
                    best = (candidate, found)
                }
            }
            #expect(NearestName.of(wanted, among: known) == best?.name, "\(wanted) among \(known)")
        }
    }

    @Test("Text is cut between code points, and says so")
    func shortText() {
        #expect(ShortText.cut("abc", bytes: 3) == "abc")
        #expect(ShortText.cut("abcd", bytes: 3) == "abc…")
        #expect(ShortText.cut("aé", bytes: 2) == "a…")
        let marked = "a" + String(repeating: "\u{301}", count: 1000)
        #expect(ShortText.cut(marked, bytes: 11).utf8.count == 14)
    }
}

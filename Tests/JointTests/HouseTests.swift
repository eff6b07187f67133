import TestSupport
import Testing

@Suite("The house")
struct HouseTests {
    @Test("Files are small: one subject each")
    func files() throws {
        let found = try ChildProcess.run(
            "sh", ["-c", "find Sources -name '*.swift' -exec wc -l {} +"], workingFolder: TestFolders.root)
        try #require(found.status == 0, "\(found.errorText)")
        let lines = found.text.split(separator: "\n").filter { !$0.hasSuffix(" total") }
            .compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }.sorted()
        try #require(lines.count > 400)
        #expect(lines[lines.count / 2] <= 80)
        #expect(lines[lines.count * 95 / 100] <= 200)
    }
}

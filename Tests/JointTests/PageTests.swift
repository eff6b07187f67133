import TestSupport
import Testing

@Suite("Pages for those who come after")
struct PageTests {
    private static func pages() throws -> [String] {
        let found = try ChildProcess.run(
            "find",
            [
                "README.md", ".github", ".changes", "container", "Sources", "-name", "*.md", "-not", "-path",
                "*/.build/*",
            ], workingFolder: TestFolders.root)
        try #require(found.status == 0, "\(found.errorText)")
        return found.text.split(separator: "\n").map(String.init).sorted()
    }

    @Test("Every file and folder that a page names is there")
    func paths() throws {
        var count = 0
        for page in try Self.pages() {
            let text = String(decoding: try TemporaryFolder.read(TestFolders.root + "/" + page), as: UTF8.self)
            for match in text.matches(of: /`((?:Sources|Tests|container|\.github|\.ci)\/[A-Za-z0-9_.\/+-]+)`/) {
                let path = String(match.1)
                let status = try ChildProcess.run("test", ["-e", path], workingFolder: TestFolders.root).status
                #expect(status == 0, "\(page) names \(path)")
                count += 1
            }
            for match in text.matches(of: /\]\(([^)#:]+)\)/) {
                let folder = page.split(separator: "/").dropLast().joined(separator: "/")
                let path = (folder.isEmpty ? "" : folder + "/") + String(match.1)
                let status = try ChildProcess.run("test", ["-e", path], workingFolder: TestFolders.root).status
                #expect(status == 0, "\(page) links to \(path)")
                count += 1
            }
        }
        #expect(count > 40)
    }
}

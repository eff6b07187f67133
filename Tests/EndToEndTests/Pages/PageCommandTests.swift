internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// What the README and the pages print is what a reader types: it runs, and does what they say.
@Suite("Commands of pages", .serialized)
struct PageCommandTests {
    private static let folder = "Sources/Shared/JobRuntime/Documentation.docc/"

    static let names = (try? CommandPage.names()) ?? []

    /// What pages tell their readers to have before the first command.
    private static let needs: [String: [PageScene.Need]] = [
        folder + "Databases.md": [.database], folder + "Stores.md": [.store],
    ]

    /// Commands that are not run here, and why.
    private static let elsewhere = [
        "container/test quick": "would run tests inside of tests; it is how they are run",
        "container/test --filter X": "the same",
        ".ci/run": "the same, and a release build",
    ]

    @Test("The commands of a page run as printed, one after the other, in a fresh folder", arguments: names)
    func commands(_ name: String) throws {
        let page = try CommandPage(name)
        guard !page.scripts.isEmpty else { return }
        // Who begins with the README has no program yet.
        let scene = try PageScene(Self.needs[name] ?? [], hasPrograms: name != "README.md")
        #expect(try scene.follow(page, without: Set(Self.elsewhere.keys)) == nil)
    }

    @Test("What the README says to those who run it for others holds for PostgreSQL and a bucket")
    func servers() throws {
        let page = try CommandPage("README.md")
        let section = "You run it for others"
        #expect(page.scripts.contains { $0.section == section })
        #expect(try PageScene([.database, .store]).follow(page, section: section) == nil)
    }

    @Test("What the demo prints as next runs as printed, from wherever it was called")
    func demo() throws {
        let scene = try PageScene(hasPrograms: false)
        let demo = try scene.run([scene.folder.path + "/container/demo"], in: "/")
        #expect(demo.status == 0, "\(demo.errorText)")
        let lines = demo.text.split(separator: "\n").map(String.init)
        let next = lines.split(separator: "Next:").last ?? []
        #expect(next.count > 2 && next.allSatisfy { $0.hasPrefix("  ") }, "\(demo.text)")
        let result = try scene.run(Array(next), in: "/")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text.hasPrefix("ok  events.csv  3965 rows "), "\(result.text)")
    }

    @Test("Every block is marked as what it is, and documents in JSON are JSON")
    func marks() throws {
        #expect(Self.names.count > 15)
        var left = Set(Self.elsewhere.keys)
        for name in Self.names {
            let page = try CommandPage(name)
            for block in page.blocks {
                #expect(["", "sh", "text", "json"].contains(block.language), "\(name):\(block.line)")
                guard block.language == "json" else { continue }
                let text = block.lines.joined(separator: "\n")
                #expect(throws: Never.self, "\(name):\(block.line)") { try JSONValue(parsing: Array(text.utf8)) }
            }
            left.subtract(page.scripts.flatMap { $0.commands.map(PageScene.command) })
        }
        #expect(left == [], "no page has them: they need no exception")
    }

    /// Pages whose commands do something else than the page says.
    static let wrong = [
        "```sh\nfalse\n```\n", "```sh\nExportJob status --org org_demo --job none\n```\n", "```sh\nNoJob --help\n```\n",
        "```sh\necho \"$NOT_SET\"\n```\n", "```sh\ntrue # exit code 1\n```\n",
        "```sh\necho a\n```\n\n```text\nb\n```\n",
        "```sh\necho a; echo b\n```\n```\na\n```\n", "```sh\nname=a\n```\n```sh\necho \"$name\"\n```\n",
        "```sh\nswift run ExportJob\n```\n",
    ]

    @Test("A page that is wrong is found", arguments: wrong)
    func isFound(_ text: String) throws {
        #expect(try PageScene().follow(CommandPage("wrong.md", text)) != nil)
    }

    @Test("Exports reach the next block, a comment says the exit code, and other languages are not run")
    func isFollowed() throws {
        let text = """
            ```sh
            export NAME=a
            ( exit 3 ) # exit code 3
            ```
            ```sh
            echo "$NAME"; echo b
            ```
            text
            ```json
            {}
            ```
            ```
            what is no output
            ```
            """
        #expect(try PageScene().follow(CommandPage("right.md", text)) == nil)
    }

    @Test(
        "`…` stands for any text, and alone in a line for any lines",
        arguments: [
            (["a"], "a\n", true), (["a"], "ab\n", false), (["a…"], "ab\n", true), (["…b"], "ab\n", true),
            (["a…c…e"], "abcde\n", true), (["a…e…c"], "abcde\n", false), (["a…ba"], "aba\n", true),
            (["a…a"], "a\n", false), (["a", "b"], "a\nb\n", true), (["a"], "a\nb\n", false),
            (["a", "…"], "a\nb\nc\n", true), (["…", "c"], "a\nb\nc\n", true), (["…", "b"], "a\nb\nc\n", false),
            (["a", "…", "a"], "a\n", false), (["…"], "", true), ([], "", true), ([], "a\n", false),
        ] as [([String], String, Bool)])
    func pattern(lines: [String], output: String, fits: Bool) {
        #expect(OutputPattern(lines).fits(output) == fits)
    }
}

internal import TestSupport

@testable internal import JobBench

/// A fresh clone whose programs are built, and a reader who runs the commands of a page in it.
final class PageScene {
    /// Servers that a page tells its readers to name before the first command.
    enum Need: Sendable {
        case database, store
    }

    let folder: TemporaryFolder
    private let tools: TemporaryFolder
    private let database: PostgreSQLBench?
    private var variables: [String: String]

    /// A reader who has the programs on the `PATH`, or has yet to put them there.
    init(_ needs: [Need] = [], hasPrograms: Bool = true) throws {
        folder = try TemporaryFolder()
        tools = try TemporaryFolder()
        database = try needs.contains(.database) ? PostgreSQLBench(isEmpty: true) : nil
        let system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let programs = hasPrograms ? folder.path + "/.build/release:" : ""
        variables = [
            "PATH": programs + tools.path + ":" + system, "HOME": tools.path, "LC_ALL": "C.UTF-8",
            "PAGE_STATE": tools.path + "/state",
        ]
        if let database { variables["DATABASE_URL"] = database.server.socketURL(database: database.database) }
        if needs.contains(.store) {
            let prefix = "pages-" + String(UInt32.random(in: 0...UInt32.max), radix: 36)
            variables["OBJECT_STORE_URL"] = try Servers.get(.seaweedfs).storeURL(prefix: prefix)
            variables["AWS_ACCESS_KEY_ID"] = S3Server.accessKeyID
            variables["AWS_SECRET_ACCESS_KEY"] = S3Server.secretAccessKey
        }
        try tools.write("", to: "state")
        try makeClone()
    }

    /// All that the working copy has but its history and what was made in it, and the release build.
    private func makeClone() throws {
        let copy = """
            for name in * .[!.]*; do
                case $name in .git | .data | .build*) ;; *) cp -R "$name" "$1" ;; esac
            done
            mkdir "$1/.build"
            ln -s "$2" "$1/.build/release"
            """
        let release = Program.export.path.dropLast(Program.export.rawValue.count + 1)
        _ = try Tool.run("sh", ["-eu", "-c", copy, "copy", folder.path, String(release)], in: Checkout.path)
        // What it would build is there.
        let stub = """
            #!/bin/sh
            [ "$*" = "build -c release" ] || { echo "swift $*: not in this test" >&2; exit 99; }

            """
        try tools.write(stub, to: "swift")
        _ = try Tool.run("chmod", ["+x", tools.path + "/swift"])
    }

    /// Runs commands as printed; what they export is there for the next ones.
    func run(_ commands: [String], in place: String? = nil) throws -> ChildProcess.Result {
        let frame = [". \"$PAGE_STATE\"", "trap 'export -p > \"$PAGE_STATE\"' EXIT"]
        let script = (frame + commands + [""]).joined(separator: "\n")
        return try ChildProcess.run(
            "sh", ["-eu", "-c", script], environment: variables, workingFolder: place ?? folder.path)
    }

    /// Runs the blocks of a page, or of one section of it, in their order, without the lines that are left out.
    ///
    /// Returns what the first block does that the page does not say; `nil` when all do what it says.
    func follow(_ page: CommandPage, section: String? = nil, without left: Set<String> = []) throws -> String? {
        for script in page.scripts where section == nil || script.section == section {
            let result = try run(script.commands.filter { !left.contains(Self.command($0)) })
            let place = "\(page.name):\(script.line)"
            if result.status != script.status {
                return "\(place) ends with \(result.status): \(result.errorText)\n\(result.text)"
            }
            if let shown = script.output, !OutputPattern(shown).fits(result.text) {
                return "\(place) prints\n\(result.text)and not\n\(shown.joined(separator: "\n"))"
            }
        }
        return nil
    }

    /// A line without its comment and the space before it.
    static func command(_ line: String) -> String {
        let code = line.firstRange(of: " #").map { line[..<$0.lowerBound] } ?? line[...]
        return String(code.prefix(code.count - code.reversed().prefix { $0 == " " }.count))
    }
}

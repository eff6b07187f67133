internal import Formats
internal import TestSupport

/// A folder with the default layout, `.data/dataio.sqlite` and `.data/objects`, and the programs to run in it.
final class Workbench: Sendable {
    let folder: TemporaryFolder
    private let variables: [String: String]

    /// A new folder with a copy of the template's database.
    init(_ template: Template, variables: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        self.variables = variables
        guard let bytes = try template.bytes() else { return }
        try folder.makeFolder(".data/objects")
        try folder.write(bytes, to: Self.database)
    }

    static let database = ".data/dataio.sqlite"

    var storePath: String { folder.path + "/.data/objects" }

    // MARK: - Programs

    func start(
        _ program: Program, _ arguments: [String] = [], spec: String = "", variables own: [String: String] = [:],
        measuresMemory: Bool = false
    ) throws -> ChildProcess {
        try ChildProcess(
            program.path, arguments, input: Array(spec.utf8), environment: variables.merging(own) { $1 },
            workingFolder: folder.path, measuresMemory: measuresMemory)
    }

    /// Starts a program as in another container: with process numbers of its own.
    ///
    /// It ends with the process that is returned, which is not itself.
    func startElsewhere(
        _ program: Program, _ arguments: [String] = [], spec: String, variables own: [String: String] = [:]
    ) throws -> ChildProcess {
        try ChildProcess(
            "unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", program.path] + arguments,
            input: Array(spec.utf8), environment: variables.merging(own) { $1 }, workingFolder: folder.path)
    }

    func run(
        _ program: Program, _ arguments: [String] = [], spec: String = "", variables own: [String: String] = [:]
    ) throws -> JobRun {
        JobRun(try start(program, arguments, spec: spec, variables: own).wait())
    }

    /// Exports; `members` are those of the spec without braces and `orgId`.
    func export(_ members: String, org: String = "org_demo", variables: [String: String] = [:]) throws -> JobRun {
        try run(.export, spec: Self.spec(members, org: org), variables: variables)
    }

    /// Imports; `members` are those of the spec without braces and `orgId`.
    func load(_ members: String, org: String = "org_demo", variables: [String: String] = [:]) throws -> JobRun {
        try run(.import, spec: Self.spec(members, org: org), variables: variables)
    }

    static func spec(_ members: String, org: String = "org_demo") -> String {
        "{\"orgId\":\"\(org)\"" + (members.isEmpty ? "" : ",") + members + "}"
    }

    // MARK: - Objects

    func upload(_ bytes: [UInt8], as name: String, org: String = "org_demo") throws {
        try folder.makeFolder(".data/objects/\(org)/uploads")
        try folder.write(bytes, to: ".data/objects/\(org)/uploads/\(name)")
    }

    func upload(_ text: String, as name: String, org: String = "org_demo") throws {
        try upload(Array(text.utf8), as: name, org: org)
    }

    func object(_ key: String) throws -> [UInt8] { try folder.read(".data/objects/" + key) }

    /// Bytes of a result file as they are stored.
    func result(_ run: JobRun, file: Int = 0) throws -> [UInt8] {
        guard let key = run["files.\(file).key"].string else {
            throw ToolFailure(tool: "job", status: run.status, text: run.text + run.errorText)
        }
        return try object(key)
    }

    /// Text of the first result file.
    func resultText(_ run: JobRun) throws -> String { String(decoding: try result(run), as: UTF8.self) }

    /// Keys of all objects of the organisations, without those of the audit log and what the store keeps for itself.
    func objects(below prefix: String = "") throws -> [String] {
        try folder.files().compactMap { path in
            guard path.hasPrefix(".data/objects/" + prefix), !path.hasPrefix(".data/objects/.dataio/"),
                !path.contains("/audit/")
            else { return nil }
            return String(path.dropFirst(".data/objects/".count))
        }
    }

    /// Files of writers that are gone.
    func stagingFiles() throws -> [String] {
        try folder.files().filter { $0.hasPrefix(".data/objects/.dataio/staging/") }
    }

    // MARK: - Database

    /// Output of SQL statements, columns separated by `|`, without the last line end.
    @discardableResult
    func sql(_ statements: String) throws -> String {
        try Self.sql(statements, database: folder.path + "/" + Self.database)
    }

    static func sql(_ statements: String, database: String) throws -> String {
        let input = Array((".timeout 20000\n" + statements + "\n").utf8)
        let output = try Tool.run("sqlite3", ["-batch", "-bail", database], input: input)
        return String(decoding: output.last == 0x0A ? output.dropLast() : output[...], as: UTF8.self)
    }

    func number(_ query: String) throws -> Int { Int(try sql(query)) ?? -1 }
}

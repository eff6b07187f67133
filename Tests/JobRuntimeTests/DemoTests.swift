import Formats
import JobCore
import TestSupport
import Testing

@testable import JobRuntime

@Suite("First run and doctor")
struct DemoTests {
    private let files: TemporaryFolder
    private let log = JobLog(level: "critical")

    init() throws { files = try TemporaryFolder() }

    private func environment(_ database: String, _ store: String = "objects") -> JobEnvironment {
        JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/\(database)", "OBJECT_STORE_URL": "file:\(files.path)/\(store)",
            "LOG_LEVEL": "critical",
        ])
    }

    private func filled(_ name: String) async throws -> Int {
        let database = try await Configuration(environment(name), log: log).open().database
        _ = try await database.migrate(.builtIn)
        return try await DemoData.fill(database, .builtIn)
    }

    private func shell(_ name: String, _ sql: String) throws -> String {
        try ChildProcess.run("sqlite3", ["-batch", files.path + "/" + name], input: Array(sql.utf8)).text
    }

    @Test("The demo organisation is the same everywhere and has something in every resource")
    func demo() async throws {
        let total = try await filled("a.sqlite")
        #expect(try await filled("b.sqlite") == total)
        var sum = 0
        for resource in Catalogue.builtIn.resources {
            let count = Int(try shell("a.sqlite", "SELECT count(*) FROM \(resource.table);").dropLast()) ?? 0
            #expect(count > 0, "\(resource.name)")
            sum += count
            #expect(try shell("a.sqlite", "SELECT DISTINCT org_id FROM \(resource.table);") == "org_demo\n")
            let rows = "SELECT * FROM \(resource.table);"
            #expect(try shell("a.sqlite", rows) == shell("b.sqlite", rows))
            for column in resource.columns where column.type == .json {
                let broken = "SELECT count(*) FROM \(resource.table) WHERE NOT json_valid(\"\(column.name)\");"
                #expect(try shell("a.sqlite", broken) == "0\n", "\(resource.name).\(column.name)")
            }
        }
        #expect(sum == total)
        #expect(
            try shell("a.sqlite", "SELECT count(*) FROM import_rejects; SELECT min(is_complete) FROM import_ledger;")
                == "0\n1\n")
    }

    @Test("JSON of the demo is stored as an import would store it")
    func canonicalJSON() async throws {
        _ = try await filled("a.sqlite")
        for resource in Catalogue.builtIn.resources {
            for column in resource.columns where column.type == .json {
                let texts = try shell("a.sqlite", "SELECT DISTINCT \"\(column.name)\" FROM \(resource.table);")
                for text in texts.utf8.split(separator: 0x0A) {
                    let bytes = Array(text)
                    var output: [UInt8] = []
                    #expect(unsafe bytes.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &output) })
                    #expect(output == bytes)
                }
            }
        }
    }

    @Test("Demo hashes are hashes, so that an export that is imported again is accepted")
    func hashes() {
        var random = DemoRandom(seed: 1)
        let hashes = (0..<200).compactMap { DemoPerson(number: $0, &random).profile[11] }
        #expect(!hashes.isEmpty)
        for hash in hashes { #expect(hash.utf8.count == 60 && hash.hasPrefix("$2b$12$")) }
    }

    @Test("The doctor finds a ready installation ready")
    func healthy() async throws {
        let environment = environment("ready.sqlite")
        let database = try await Configuration(environment, log: log).open().database
        _ = try await database.migrate(.builtIn)
        let report = await Doctor(environment: environment).examine()
        #expect(report.failure == nil)
        #expect(report.text.split(separator: "\n").map { $0.prefix(4) } == ["ok  ", "ok  ", "ok  ", "ok  "])
        #expect(report.text.contains("7 resources"))
    }

    @Test("The doctor names what is missing and what to do, and goes on with the rest")
    func ill() async throws {
        let missing = await Doctor(environment: environment("none.sqlite")).examine()
        #expect(missing.failure?.code == .databaseMissing && missing.failure?.exitCode == .configuration)
        #expect(missing.text.contains("FAIL  database: ") && missing.text.contains("→ "))
        #expect(missing.text.contains("ok    object store"))
        _ = try shell("empty.sqlite", "CREATE TABLE x (a);")
        let empty = await Doctor(environment: environment("empty.sqlite")).examine()
        #expect(empty.failure?.code == .tablesMissing)
        #expect(empty.text.contains("missing tables: profiles, events"))
        try files.write("", to: "file")
        let store = await Doctor(environment: environment("x.sqlite", "file")).examine()
        #expect(store.failure?.code == .storeMissing)
        #expect(!store.text.contains("database:"))
    }

    @Test(
        "A database or store of another kind is a configuration error", arguments: ["DATABASE_URL", "OBJECT_STORE_URL"])
    func unsupported(variable: String) async throws {
        for url in ["mysql://x", "sqlite:", "file:", "nothing", ":"] {
            let variables = ["DATABASE_URL": "sqlite:\(files.path)/d", "OBJECT_STORE_URL": "file:\(files.path)/o"]
            let environment = JobEnvironment(variables: variables.merging([variable: url]) { $1 })
            let error = await #expect(throws: JobError.self) {
                _ = try await Configuration(environment, log: log).open()
            }
            #expect(error?.code == .configurationInvalid && error?.exitCode == .configuration)
        }
    }

    @Test("The migration script runs as it is, and an unknown dialect is a usage error")
    func script() throws {
        let script = try Migration.script(.builtIn, dialect: "sqlite")
        #expect(
            try shell("script.sqlite", script + "SELECT count(*) FROM sqlite_master WHERE type = 'table';") == "11\n")
        #expect(try Migration.script(.builtIn, dialect: "postgresql").contains("timestamptz"))
        let error = #expect(throws: JobError.self) { _ = try Migration.script(.builtIn, dialect: "oracle") }
        #expect(error?.code == .unknownDialect && error?.exitCode == .usage)
    }
}

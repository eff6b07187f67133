internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

/// An import whose source hardly moves is nobody else's business.
@Suite("Neighbours of slow imports")
struct NeighbourTests {
    private static let members = #""jobId":"j","resource":"contacts","#
    /// Spec members, and how many rows are in the database while the source drips.
    static let kinds = [
        (members: "", committed: 20_000), (members: #","atomic":true"#, committed: 0),
        (members: #","dryRun":true"#, committed: 0),
    ]

    @Test("While a source drips, another organisation's import on the same SQLite file is done", arguments: kinds)
    func sqlite(members: String, committed: Int) throws {
        let bench = try Workbench(.empty)
        let server = try DripServer(first: 25_000, rest: 75_000, seconds: 5)
        let slow = try bench.start(
            .import, spec: Workbench.spec(Self.members + server.source + members),
            variables: server.allow.merging(["JOB_LEASE_SECONDS": "1"]) { $1 })
        try wait(atMost: 1.5) { try bench.number("SELECT count(*) FROM contacts") >= max(1, committed) }
        try bench.upload("id,email\nz1,z@example.com\n", as: "f", org: "org_other")
        let other = try bench.load(#""resource":"contacts","sourceKey":"f""#, org: "org_other")
        #expect(other.status == 0 && other.count("inserted") == 1, "\(other)")
        #expect(!slow.hasEnded)
        #expect(try bench.number("SELECT count(*) FROM contacts WHERE org_id = 'org_demo'") == committed)
        if committed > 0 {
            // A fifth of the rows is loaded, a quarter of the bytes is here.
            let shown = try bench.run(.import, ["status", "--org", "org_demo", "--job", "j"])
            #expect(shown.count("rowsRead") == 20_000)
            guard case .number(let percent) = shown["progress"] else {
                throw ToolFailure(tool: "status", status: 0, text: "")
            }
            #expect((15...21).contains(Double(percent) ?? -1), "\(shown)")
        }
        let run = JobRun(try slow.wait())
        #expect(run.status == 0 && run.count("inserted") == 100_000, "\(run)")
    }

    @Test("While a source drips, no transaction of the import is open on the server", arguments: kinds)
    func postgresql(members: String, committed: Int) throws {
        let scene = try PostgreSQLBench()
        let server = try DripServer(first: 25_000, rest: 75_000, seconds: 5)
        let slow = try scene.start(.import, Self.members + server.source + members, variables: server.allow)
        try wait(atMost: 1.5) { try scene.number("SELECT count(*) FROM contacts") >= max(1, committed) }
        let open = """
            SELECT count(*) FILTER (WHERE xact_start IS NOT NULL), count(backend_xmin) FROM pg_stat_activity
            WHERE application_name = 'data-io:j'
            """
        // The last chunk may be on its way.
        try wait(atMost: 1) { try scene.sql(open) == "0|0" }
        for _ in 0..<10 {
            #expect(try scene.sql(open) == "0|0")
            usleep(20_000)
        }
        try scene.sql("SET lock_timeout = '1s'; ALTER TABLE contacts ADD COLUMN added text; DROP TABLE IF EXISTS none")
        #expect(!slow.hasEnded)
        #expect(try scene.number("SELECT count(*) FROM contacts") == committed)
        let run = JobRun(try slow.wait())
        #expect(run.status == 0 && run.count("inserted") == 100_000, "\(run)")
        let loaded = members.contains("dryRun") ? 0 : 100_000
        #expect(try scene.number("SELECT count(*) FROM contacts") == loaded)
    }

    @Test("A job ends with 124 when it has run for as long as the operator allows; a limit that is none is said")
    func maximumSeconds() throws {
        let bench = try Workbench(.empty)
        let server = try DripServer(first: 25_000, rest: 100, seconds: 30)
        let spec = Self.members + server.source
        let start = ContinuousClock.now
        let run = try bench.load(spec, variables: server.allow.merging(["JOB_MAX_SECONDS": "2"]) { $1 })
        #expect(run.status == 124 && run.failureCode == "deadline", "\(run)")
        #expect(run.messages.contains("JOB_MAX_SECONDS"))
        #expect(ContinuousClock.now - start < .seconds(7))
        for name in ["JOB_MAX_SECONDS", "SOURCE_MIN_BYTES_PER_SECOND"] {
            let wrong = try bench.load(spec, variables: server.allow.merging([name: "10m"]) { $1 })
            #expect(wrong.status == 78 && wrong.messages.contains(name), "\(wrong)")
        }
    }

    @Test("The rejects of an import that fails for good, or is cancelled, do not stay in the database")
    func rejects() throws {
        let bench = try Workbench(.empty)
        let bad = "id,email,created_at\n" + (0..<30_000).map { "c\($0),,never\n" }.joined()
        let packed = try Tool.run("gzip", ["-c"], input: Array(bad.utf8))
        try bench.upload(Array(packed.dropLast(9)), as: "cut.gz")
        let failed = try bench.load(#""jobId":"f","resource":"contacts","sourceKey":"cut.gz""#)
        #expect(failed.status == 65 && failed.count("rejected") >= 20_000, "\(failed)")
        #expect(try bench.number("SELECT count(*) FROM import_rejects") == 0)

        let server = try DripServer(first: 25_000, rest: 100, seconds: 30)
        let spec = Self.members + server.source + #","mapping":{"id":"id","company":"created_at"}"#
        let slow = try bench.start(.import, spec: Workbench.spec(spec), variables: server.allow)
        try wait(atMost: 10) { try bench.number("SELECT count(*) FROM import_rejects") >= 20_000 }
        #expect(try bench.run(.import, ["cancel", "--org", "org_demo", "--job", "j"]).status == 0)
        let run = JobRun(try slow.wait())
        #expect(run.status == 80, "\(run)")
        #expect(try bench.number("SELECT count(*) FROM import_rejects") == 0)
    }

    /// Waits until that is so, or so many seconds.
    private func wait(atMost seconds: Double, _ isSo: () throws -> Bool) throws {
        for _ in 0..<Int(seconds * 50) {
            if try isSo() { return }
            usleep(20_000)
        }
    }
}

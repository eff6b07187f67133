internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// An import whose source hardly moves is nobody else's business.
@Suite("Neighbours of slow imports")
struct NeighbourTests {
    private static let members = #""jobId":"j","resource":"contacts","#
    /// Members of the spec: a common import, and those of which nothing is in the database while the source drips.
    static let kinds = ["", #","atomic":true"#, #","dryRun":true"#]
    private static let lease = ["JOB_LEASE_SECONDS": "1"]

    @Test(
        "A small source that many entries repeat in each row ends before it fills the database",
        arguments: [true, false])
    func expansion(isAtomic: Bool) throws {
        let bench = try Workbench(.empty)
        let rows = (0..<100).map { "\($0),\(String(repeating: "b", count: 900))\n" }.joined()
        try bench.upload("id,a\n" + rows, as: "f")
        let columns = Array(repeating: "\"a\"", count: 64).joined(separator: ",")
        let entries = (0..<60).map { "\"c\($0)\":{\"field\":\"attributes.x\($0)\",\"columns\":[\(columns)]}" }
        let run = try bench.load(
            #""resource":"contacts","sourceKey":"f","atomic":\#(isAtomic),"mapping":{"#
                + entries.joined(separator: ",") + "}")
        #expect(run.status == 65 && run["error.code"].string == "limit_expansion", "\(run)")
        #expect(run.hasHint && run.messages.contains("line"), "\(run)")
        let stored = try bench.number("SELECT COALESCE(sum(length(attributes)), 0) FROM contacts")
        #expect(isAtomic ? stored == 0 : stored < 100 << 20)
    }

    @Test("While a source drips, another organisation's import on the same SQLite file is done", arguments: kinds)
    func sqlite(members: String) throws {
        let bench = try Workbench(.empty)
        let server = try DripServer(first: 60_000, rest: 60_000)
        let slow = try bench.start(
            .import, spec: Workbench.spec(Self.members + server.source + members),
            variables: server.allow.merging(Self.lease) { $1 })
        let shown = try waitForRows(bench, server, members)
        try bench.upload("id,email\nz1,z@example.com\n", as: "f", org: "org_other")
        let other = try bench.load(#""resource":"contacts","sourceKey":"f""#, org: "org_other")
        #expect(other.status == 0 && other.count("inserted") == 1, "\(other)")
        #expect(!slow.hasEnded)
        let committed = try bench.number("SELECT count(*) FROM contacts WHERE org_id = 'org_demo'")
        #expect(members.isEmpty ? (20_000..<60_000).contains(committed) : committed == 0)
        if committed >= 20_000 {
            // Half of the bytes are here; those count whose rows are loaded.
            #expect((20_000...committed).contains(shown.count("rowsRead")))
            let share = Double(shown.count("rowsRead")) / 1_200
            guard case .number(let text) = shown["progress"], let percent = Double(text) else { return }
            #expect(percent > 0 && percent < share + 1, "\(percent) for \(share)")
        }
        try server.release()
        let run = JobRun(try slow.wait())
        #expect(run.status == 0 && run.count("inserted") == 120_000, "\(run)")
    }

    @Test("While a source drips, no transaction of the import is open on the server", arguments: kinds)
    func postgresql(members: String) throws {
        let scene = try PostgreSQLBench()
        let server = try DripServer(first: 60_000, rest: 60_000)
        let slow = try scene.start(
            .import, Self.members + server.source + members, variables: server.allow.merging(Self.lease) { $1 })
        _ = try waitForRows(scene.bench, server, members)
        let open = """
            SELECT count(*) FILTER (WHERE xact_start IS NOT NULL), count(backend_xmin) FROM pg_stat_activity
            WHERE application_name = 'data-io:j' AND datname = current_database()
            """
        // The last chunk of a dry run may be on its way.
        var quiet = 0
        for _ in 0..<500 where quiet < 10 {
            quiet = try scene.sql(open) == "0|0" ? quiet + 1 : 0
            usleep(20_000)
        }
        #expect(quiet == 10)
        try scene.sql("SET lock_timeout = '1s'; ALTER TABLE contacts ADD COLUMN added text")
        #expect(!slow.hasEnded)
        let committed = try scene.number("SELECT count(*) FROM contacts")
        #expect(members.isEmpty ? (20_000..<60_000).contains(committed) : committed == 0)
        try server.release()
        let run = JobRun(try slow.wait())
        #expect(run.status == 0 && run.count("inserted") == 120_000, "\(run)")
        let loaded = members.contains("dryRun") ? 0 : 120_000
        #expect(try scene.number("SELECT count(*) FROM contacts") == loaded)
    }

    /// Waits until all that has come is loaded, as far as it can be; what the manifest shows then.
    private func waitForRows(_ bench: Workbench, _ server: DripServer, _ members: String) throws -> JobRun {
        try server.waitForDrops()
        var shown = try bench.run(.import, ["status", "--org", "org_demo", "--job", "j"])
        for _ in 0..<(members.isEmpty ? 200 : 15) where shown.count("rowsRead") < 20_000 {
            usleep(200_000)
            shown = try bench.run(.import, ["status", "--org", "org_demo", "--job", "j"])
        }
        return shown
    }

    @Test("A job ends with 124 when it has run for as long as the operator allows; a limit that is none is said")
    func maximumSeconds() throws {
        let bench = try Workbench(.empty)
        let server = try DripServer(first: 10, rest: 1_000)
        let spec = Self.members + server.source
        let run = try bench.load(spec, variables: server.allow.merging(["JOB_MAX_SECONDS": "2"]) { $1 })
        #expect(run.status == 124 && run.failureCode == "deadline", "\(run)")
        #expect(run.messages.contains("JOB_MAX_SECONDS"))
        for name in ["JOB_MAX_SECONDS", "SOURCE_MIN_BYTES_PER_SECOND"] {
            let wrong = try bench.load(spec, variables: server.allow.merging([name: "10m"]) { $1 })
            #expect(wrong.status == 78 && wrong.messages.contains(name), "\(wrong)")
        }
    }

    @Test("The rejects of an import that fails for good, or is cancelled, do not stay in the database")
    func rejects() throws {
        let bench = try Workbench(.empty)
        // Much more than the stages of an import hold, and cut before its end.
        let company = String(repeating: "x", count: 300)
        let rows = (0..<60_000).map { number in
            #"{"id":"c\#(number)","created_at":\#(number % 20 == 0 ? #""never""# : "null"),"company":"\#(company)"},"#
        }
        try bench.upload("[" + rows.joined(separator: "\n"), as: "cut.json")
        let failed = try bench.load(#""jobId":"f","resource":"contacts","sourceKey":"cut.json""#)
        #expect(failed.status == 65 && failed.count("rejected") > 500, "\(failed)")
        #expect(try bench.number("SELECT sum(rejected) FROM import_ledger") > 500)
        #expect(try bench.number("SELECT count(*) FROM import_rejects") == 0)

        let server = try DripServer(first: 60_000, rest: 1_000)
        let spec = Self.members + server.source + #","mapping":{"id":"id","company":"created_at"}"#
        let slow = try bench.start(.import, spec: Workbench.spec(spec), variables: server.allow)
        let count = "SELECT coalesce(sum(field_count), 0) FROM import_rejects"
        for _ in 0..<3_000 {
            if try bench.number(count) >= 20_000 { break }
            usleep(20_000)
        }
        #expect(try bench.number(count) >= 20_000)
        // The rows themselves are not there.
        #expect(try bench.number("SELECT count(*) FROM import_rejects") < 10)
        #expect(try bench.run(.import, ["cancel", "--org", "org_demo", "--job", "j"]).status == 0)
        let run = JobRun(try slow.wait())
        #expect(run.status == 80, "\(run)")
        #expect(try bench.number("SELECT count(*) FROM import_rejects") == 0)
    }
}

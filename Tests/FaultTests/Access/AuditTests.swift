internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Audit log of jobs")
struct JobAuditTests {
    private static func entries(_ bench: Workbench, job: String? = nil) throws -> [JSONValue] {
        let run = try bench.run(.export, ["audit", "show", "--org", "org_demo"] + (job.map { ["--job", $0] } ?? []))
        #expect(run.status == 0, "\(run)")
        return try run.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    private static func verify(_ bench: Workbench) throws -> JobRun {
        try bench.run(.export, ["audit", "verify", "--org", "org_demo"])
    }

    @Test(
        "Every job has an entry before anything is read and one at its end: who, what, which rows, how many, how it went"
    )
    func startAndEnd() throws {
        let bench = try Workbench(.small)
        try bench.upload("id,email\nc1,a@example.com\nc2,never\n", as: "f")
        let export = try bench.export(
            #""jobId":"e","resource":"contacts","format":"csv","filters":{"status":"active"}"#)
        let load = #""resource":"contacts","sourceKey":"f","mapping":{"id":"id","email":"email"}"#
        let dry = try bench.load(#""jobId":"d","dryRun":true,"# + load)
        let imported = try bench.load(#""jobId":"i","# + load)
        let failed = try bench.load(#""jobId":"f","resource":"contacts","sourceKey":"nowhere""#)
        #expect([export.status, dry.status, imported.status, failed.status] == [0, 0, 0, 66])
        let entries = try Self.entries(bench)
        let told = entries.map { entry in
            ["job_id", "action", "resource", "outcome"].map { entry.at($0).string ?? "" }.joined(separator: " ")
        }
        #expect(
            told == [
                "e export contacts started", "e export contacts completed", "d dry-run contacts started",
                "d dry-run contacts partial", "i import contacts started", "i import contacts partial",
                "f import contacts started", "f import contacts failed:source_not_found",
            ])
        #expect(entries[1].at("rows").int == export.count("rowsWritten"))
        #expect(entries[1].at("bytes").int == export.count("bytesWritten"))
        #expect(entries[1].at("filters").string == #"{"filters":{"status":"active"},"format":"csv"}"#)
        #expect(entries[1].at("at") == export["finishedAt"] && entries[0].at("at") == export["startedAt"])
        #expect(entries[1].at("actor") == export["actor.id"])
        #expect(entries[3].at("rows").int == 0 && entries[5].at("rows").int == 1)
        #expect(entries[5].at("bytes").int == imported.count("bytesRead"))
        let replay = try bench.export(
            #""jobId":"e","resource":"contacts","format":"csv","filters":{"status":"active"}"#)
        #expect(replay.output == export.output)
        #expect(try Self.entries(bench).count == 8)
        #expect(try Self.verify(bench).text == "ok  org_demo  8 entries in audit_log, head at 8\n")
        #expect(try bench.number("SELECT max(seq) FROM audit_log") == 8)
    }

    @Test("A job that was killed between its result and the entry of it gets that entry, once, from the next launch")
    func killedBetween() throws {
        let bench = try Workbench(.small)
        let spec = Workbench.spec(#""jobId":"j","resource":"audiences","format":"csv""#)
        try bench.folder.write(spec, to: "spec.json")
        // The last rename of a job is that of its final manifest.
        var calls = 0
        for number in 1...20 {
            let killed = try ChildProcess.run(
                "strace",
                [
                    "-f", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
                    "inject=pwrite64:signal=SIGKILL:when=\(number)", Program.export.path, "--spec", "spec.json",
                ], workingFolder: bench.folder.path)
            if killed.status == 0 { break }
            calls += 1
            let status = try bench.run(.export, ["status", "--org", "org_demo", "--job", "j"])["status"].string
            let outcomes = try Self.entries(bench, job: "j").map { $0.at("outcome").string ?? "" }
            #expect(!outcomes.contains("completed"))
            for _ in 0..<2 { #expect(try bench.run(.export, spec: spec).status == 0) }
            let after = try Self.entries(bench, job: "j").map { $0.at("outcome").string ?? "" }
            #expect(
                after.filter { $0 == "completed" }.count == 1 && after.last == "completed", "\(status ?? "") \(after)")
            #expect(try Self.verify(bench).status == 0)
            try bench.sql("DELETE FROM audit_log;")
            _ = try Tool.run("rm", ["-rf", bench.storePath + "/org_demo"])
        }
        #expect(calls > 2)
    }

    /// Where a chain is kept.
    enum Chain: String, CaseIterable, Sendable {
        case sqlite, postgresql
        /// A PostgreSQL that takes no writes, and a bucket.
        case objects
    }

    @Test("Eight writers at once never fork the chain, wherever it is kept", arguments: Chain.allCases)
    func writers(_ chain: Chain) throws {
        let embedded = try chain == .sqlite ? Workbench(.small) : nil
        let served = try chain == .sqlite ? nil : ServedWorld()
        var variables = served?.variables ?? ["JOB_SIGNING_KEY": Bucket.signingKey]
        if chain == .objects, let served { variables.merge(try Self.readOnly(served)) { $1 } }
        let bench = try #require(embedded ?? served?.bench)
        let processes = try (0..<8).flatMap { number in
            let spec = Bucket.spec(#""jobId":"j\#(number)","resource":"audiences","format":"csv""#)
            let proof = ["JOB_SPEC_SIGNATURE": try Bucket.signature(spec, .export)]
            return try (0..<2).map { _ in
                try bench.start(.export, spec: spec, variables: variables.merging(proof) { $1 })
            }
        }
        for process in processes {
            let run = JobRun(try process.wait())
            #expect(run.status == 0, "\(run)")
        }
        let verify = try bench.run(.export, ["audit", "verify", "--org", "org_demo"], variables: variables)
        #expect(verify.status == 0, "\(verify)")
        let place = chain == .objects ? "the object store" : "audit_log"
        #expect(verify.text.contains("16 entries in \(place)"), "\(verify.text)")
        let show = try bench.run(.export, ["audit", "show", "--org", "org_demo"], variables: variables)
        let entries = try show.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(Set(entries.compactMap { $0.at("hash").string }).count == 16)
        for number in 0..<8 {
            let own = entries.filter { $0.at("job_id").string == "j\(number)" }
            #expect(own.map { $0.at("outcome").string ?? "" } == ["started", "completed"])
        }
        #expect(served?.server.violations ?? [] == [])
    }

    /// A role for which the server takes no writes, as a standby takes none.
    private static func readOnly(_ served: ServedWorld) throws -> [String: String] {
        let role = "reader_" + served.database.database
        _ = try served.sql(
            "CREATE ROLE \(role) LOGIN SUPERUSER; ALTER ROLE \(role) SET default_transaction_read_only = on;")
        return [
            "DATABASE_URL": served.database.server.socketURL(database: served.database.database, user: role)
        ]
    }

    @Test("On PostgreSQL a role needs to read and to append, no more; without that nothing is exported")
    func rights() throws {
        let scene = try PostgreSQLBench()
        let role = "role_" + scene.database
        try scene.sql(
            """
            CREATE ROLE \(role) LOGIN; GRANT SELECT ON contacts, api_keys TO \(role);
            INSERT INTO contacts (org_id, id) VALUES ('org_demo', 'c1');
            """)
        let url = ["DATABASE_URL": scene.server.socketURL(database: scene.database, user: role)]
        let spec = #""jobId":"j","resource":"contacts","format":"csv""#
        let refused = try scene.run(.export, spec, variables: url)
        #expect(refused.status == 77 && refused.failureCode == "database_forbidden", "\(refused)")
        #expect(refused["files"].elements.isEmpty && refused.count("rowsRead") == 0)
        try scene.sql("GRANT SELECT, INSERT ON audit_log TO \(role)")
        let done = try scene.run(.export, spec, variables: url)
        #expect(done.status == 0 && done.count("rowsWritten") == 1, "\(done)")
        let changed = try? scene.server.psql("DELETE FROM audit_log", database: scene.database, user: role)
        #expect(changed == nil)
        try scene.sql("DROP OWNED BY \(role); DROP ROLE \(role);")
    }

    @Test(
        "The log cannot be written at the end of a job: 74, and the next launch records the result without working again"
    )
    func unwritten() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload("id,email\nc1,a@example.com\n", as: "f")
        // The table takes starts and refuses ends.
        try scene.sql(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF NEW.outcome <> 'started' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse();
            """)
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f""#
        let first = try scene.run(.import, spec)
        #expect(first.status == 74 && first.failureCode == "audit_unwritten", "\(first)")
        #expect(try scene.run(.import, spec).status == 74)
        try scene.sql("DROP TRIGGER refuse ON audit_log; DELETE FROM contacts;")
        let again = try scene.run(.import, spec)
        #expect(again.status == 0 && again["status"].string == "completed", "\(again)")
        // Nothing was loaded again.
        #expect(try scene.number("SELECT count(*) FROM contacts") == 0)
        #expect(try scene.sql("SELECT string_agg(outcome, ' ' ORDER BY seq) FROM audit_log") == "started completed")
    }
}

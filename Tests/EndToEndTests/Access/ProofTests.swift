internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// What proves something proves nothing else, and what somebody is shown is on record.
@Suite("Proof")
struct ProofTests {
    private static let both = #""jobId":"j","resource":"contacts","format":"csv""#

    private static func entries(_ bench: Workbench) throws -> [JSONValue] {
        let run = try bench.run(.export, ["audit", "show", "--org", "org_demo"])
        return try run.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test("A spec that was signed for an export imports nothing, and one that may be prepared only does not run")
    func kinds() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        let spec = Bucket.spec(Self.both)
        server.put("p/org_demo/uploads/j", Array("id,email\nx1,a@example.com\n".utf8))
        func run(_ program: Program, _ verb: [String], _ signature: String) throws -> JobRun {
            try bucket.bench.run(program, verb, spec: spec, variables: ["JOB_SPEC_SIGNATURE": signature])
        }
        let export = try Bucket.signature(spec, .export)
        for verb in ["run", "prepare"] {
            let wrong = try run(.import, [verb], export)
            #expect(wrong.status == 77 && wrong.messages.contains("was made for an export"), "\(wrong)")
        }
        #expect(try bucket.bench.number("SELECT count(*) FROM contacts WHERE id = 'x1'") == 0)
        // What was good before says how to sign now.
        let old = try Tool.run(
            "openssl", ["dgst", "-sha256", "-hmac", Bucket.signingKey, "-r"], input: Array(spec.utf8))
        let refused = try run(.export, ["run"], String(decoding: old.prefix(64), as: UTF8.self))
        #expect(refused.status == 77 && refused.errorText.contains("ExportJob sign"), "\(refused)")
        let prepare = try Bucket.signature(spec, .import, verb: "prepare")
        #expect(try run(.import, ["prepare"], prepare).status == 0)
        #expect(try run(.import, ["run"], prepare).status == 77)
        #expect(try run(.import, ["run"], Bucket.signature(spec, .import)).status == 0)
        #expect(try bucket.bench.number("SELECT count(*) FROM contacts WHERE id = 'x1'") == 1)
        let short = try bucket.bench.run(
            .export, spec: spec, variables: ["JOB_SPEC_SIGNATURE": export, "JOB_SIGNING_KEY": "short"])
        #expect(short.status == 78 && short.failureCode == "configuration_invalid", "\(short)")
    }

    @Test("`sign` prints what the system's own tool computes, for a spec and for a receiver of notifications")
    func sign() throws {
        let bench = try Workbench(.empty, variables: ["JOB_SIGNING_KEY": Bucket.signingKey])
        let spec = Bucket.spec(Self.both) + "\n"
        for program in Program.jobs {
            for verb in ["run", "prepare"] {
                let signed = try bench.run(program, ["sign", "--verb", verb], spec: spec)
                #expect(try signed.text == Bucket.signature(spec, program, verb: verb) + "\n", "\(signed)")
            }
        }
        let key = try bench.run(.import, ["sign", "--notify-key", "--org", "org_demo"])
        #expect(try key.text == Bucket.derived("notify org_demo") + "\n", "\(key)")
        #expect(try bench.run(.import, ["sign", "--notify-key"]).status == 64)
        #expect(try bench.run(.import, ["sign"], spec: spec, variables: ["JOB_SIGNING_KEY": ""]).status == 78)
    }

    @Test("Whoever is shown a link is in the log: by another's finished job, by status, by prepare and by download")
    func shownLinks() throws {
        let bench = try Workbench(.small)
        #expect(try bench.export(Self.both).status == 0)
        let key = try #require(try GateTests.makeKey(bench).at("key").string)
        let other = ["JOB_API_KEY": key]
        #expect(try bench.export(Self.both, variables: other).status == 0)
        for verb in ["status", "download"] {
            let run = try bench.run(.export, [verb, "--org", "org_demo", "--job", "j"], variables: other)
            #expect(run.status == 0, "\(run)")
        }
        let prepared = try bench.run(.export, ["prepare"], spec: Workbench.spec(Self.both), variables: other)
        #expect(prepared.status == 0, "\(prepared)")
        let shown = try Self.entries(bench).filter { $0.at("actor").string?.hasPrefix("alice (key ") == true }
        #expect(shown.map { $0.at("action").string } == ["replay", "status", "download", "prepare"])
        #expect(shown.allSatisfy { $0.at("job_id").string == "j" && $0.at("outcome").string == "done" })
        // Who ran the job has its links already.
        #expect(try bench.export(Self.both).status == 0)
        #expect(try Self.entries(bench).last?.at("action").string == "prepare")
    }

    @Test("A job signs nothing over a log whose head is gone, and a copy of the head tells of a log that was put back")
    func head() throws {
        let bench = try Workbench(.small, variables: ["JOB_SIGNING_KEY": Bucket.signingKey])
        func export(_ job: String) throws -> JobRun {
            try bench.export(#""jobId":"\#(job)","resource":"audiences","format":"csv""#)
        }
        func verify(_ more: [String] = []) throws -> JobRun {
            try bench.run(.export, ["audit", "verify", "--org", "org_demo"] + more)
        }
        #expect(try export("a").status == 0)
        let path = "\(bench.storePath)/org_demo/audit/head.json"
        let early = try Tool.run("cat", [path])
        try bench.sql("CREATE TABLE early AS SELECT * FROM audit_log;")
        #expect(try export("b").status == 0)
        let copy = try bench.run(.export, ["audit", "head", "--org", "org_demo"])
        try bench.folder.write(copy.text, to: "copy.json")
        #expect(try verify(["--head", "copy.json"]).text.contains("the copy of the head, at 4, is of this log"))
        _ = try Tool.run("rm", [path])
        let refused = try export("c")
        #expect(refused.status == 65 && refused["error.code"].string == "audit_broken", "\(refused)")
        #expect(try verify().status == 65)
        #expect(try bench.number("SELECT count(*) FROM audit_log") == 4)
        try bench.sql("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM early;")
        _ = try Tool.run("tee", [path], input: early)
        #expect(try verify().status == 0)
        let put = try verify(["--head", "copy.json"])
        #expect(put.status == 65 && put.messages.contains("entry 3 to 4 is missing at the end"), "\(put)")
    }

    @Test("Names of columns that look like values are shown nowhere: the first row of a file without a header")
    func headerless() throws {
        let bench = try Workbench(.empty)
        try bench.upload("1,Canaryssn,canary@secret.example\n2,Bob,bob@secret.example\n", as: "f")
        let members = #""resource":"contacts","sourceKey":"f""#
        let refused = try bench.load(members)
        #expect(refused.status == 65 && refused["error.code"].string == "mapping_incomplete", "\(refused)")
        #expect(refused.messages.contains("csv.header to false"), "\(refused)")
        let dry = try bench.load(members + #","mapping":{"1":"id"},"dryRun":true"#, variables: ["LOG_LEVEL": "trace"])
        #expect(dry.status == 0, "\(dry)")
        #expect(dry["preview.unmapped"].serialized() == #"["column 2","column 3"]"#)
        let error = try bench.load(members + #","mapping":{"1":"id"},"unmapped":"error""#)
        #expect(error.status == 65 && error["error.code"].string == "unmapped_columns", "\(error)")
        let typed = try bench.load(members + #","mapping":{"2":"id"}"#)
        #expect(typed.status == 65 && typed["error.code"].string == "mapping_source_missing", "\(typed)")
        for run in [refused, dry, error, typed] {
            #expect(!run.text.contains("anary") && !run.errorText.contains("anary"), "\(run)")
        }
        let found = try ChildProcess.run("grep", ["-rl", "anary", "\(bench.storePath)/org_demo/jobs"])
        #expect(found.status == 1, "\(found.text)")
    }

    @Test("A NUL and marks that turn a line never get into the name of an actor")
    func actors() throws {
        let bench = try Workbench(.small)
        for id in [#"a\u0000 (key 012345)"#, #"a\u202eb"#, #"a\u0085"#, "operator:root", "ci (key 675fd796191a)"] {
            let run = try bench.export(Self.both + #","actor":{"id":"\#(id)","role":"ADMIN","plan":"growth"}"#)
            #expect(run.status == 64 && run.messages.contains("$.actor.id"), "\(run)")
            #expect(
                !run.errorText.unicodeScalars.contains("\u{202E}") && !run.errorText.unicodeScalars.contains("\u{85}"))
        }
    }

    @Test("Doctor names a table without its organisation column, on SQLite and PostgreSQL")
    func tableWithoutOrganisation() throws {
        let catalogue =
            #"{"resources":[{"name":"notes","key":["id"],"columns":[{"name":"id","type":"text"},{"name":"t","type":"text"}]}]}"#
        let table = "CREATE TABLE notes (id text PRIMARY KEY, t text);"
        let embedded = try Workbench(.small)
        try embedded.folder.write(catalogue, to: "catalogue.json")
        try embedded.sql(table)
        let variables = ["RESOURCE_CATALOG": "catalogue.json"]
        let scene = try PostgreSQLBench()
        try scene.bench.folder.write(catalogue, to: "catalogue.json")
        try scene.sql(table)
        for bench in [embedded, scene.bench] {
            let run = try bench.run(.import, ["doctor"], variables: variables)
            #expect(run.status == 78 && run.failureCode == "table_unfit", "\(run)")
            #expect(run.text.contains("table notes has no column org_id"), "\(run)")
        }
    }

    @Test("Doctor names the rights that a role has not, table by table, and the statement that gives them")
    func missingRights() throws {
        let scene = try PostgreSQLBench()
        let role = "doctor_" + scene.database
        try scene.sql(
            """
            CREATE ROLE \(role) LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(role);
            REVOKE UPDATE, DELETE ON audit_log FROM \(role);
            """)
        let url = ["DATABASE_URL": scene.server.socketURL(database: scene.database, user: role)]
        #expect(try scene.bench.run(.import, ["doctor"], variables: url).status == 0)
        try scene.sql("REVOKE INSERT ON contacts, audit_log FROM \(role); REVOKE SELECT ON events FROM \(role)")
        let run = try scene.bench.run(.import, ["doctor"], variables: url)
        #expect(run.status == 77 && run.failureCode == "rights_missing", "\(run)")
        #expect(run.text.contains("SELECT on events; INSERT on contacts; INSERT on audit_log"), "\(run.text)")
        #expect(run.text.contains("GRANT SELECT ON events TO \(role)"), "\(run.text)")
        // A right on each of the columns is as good as one on the table.
        try scene.sql("GRANT INSERT (id) ON contacts TO \(role)")
        #expect(try scene.bench.run(.import, ["doctor"], variables: url).text.contains("INSERT on contacts"))
        try scene.sql("DROP OWNED BY \(role); DROP ROLE \(role);")
    }

    @Test("Values of personal columns are masked in a dry run's rows, changes, statistics and page")
    func personal() throws {
        let bench = try Workbench(.small)
        let members = #""resource":"contacts","sourceKey":"f","mode":"upsert""#
        try bench.upload("id,email,first_name\nz1,anna.secret@example.com,Annabella\n", as: "f")
        #expect(try bench.load(#""jobId":"a","# + members).status == 0)
        try bench.upload("id,email,first_name\nz1,anna.other@example.com,Annegret\n", as: "f")
        let dry = try bench.load(#""jobId":"d","dryRun":true,"# + members)
        #expect(dry.status == 0, "\(dry)")
        #expect(dry["preview.rows"].elements.first?.at("email").string == "a***@example.com", "\(dry.text)")
        let page = try Tool.run("sh", ["-c", "cat \(bench.storePath)/org_demo/jobs/d/*/report.html"])
        for value in ["secret", "anna.other", "nnabella", "nnegret"] {
            #expect(!dry.text.contains(value) && !String(decoding: page, as: UTF8.self).contains(value), "\(value)")
        }
    }
}

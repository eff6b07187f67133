internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Verbs")
struct VerbTests {
    private static let spec = #""jobId":"job-1","resource":"workflows","format":"jsonl","compression":"zstd""#
    private static let job = ["--org", "org_demo", "--job", "job-1"]

    @Test("A prepared job is queued, its status can be read, and a run with the same spec does it")
    func prepareAndRun() throws {
        let bench = try Workbench(.small)
        let queued = try bench.run(.export, ["prepare"], spec: Workbench.spec(Self.spec))
        #expect(queued.status == 0)
        #expect(queued["status"].string == "queued")
        #expect(try bench.objects() == ["org_demo/jobs/job-1/manifest.json"])
        let again = try bench.run(.export, ["prepare"], spec: Workbench.spec(Self.spec))
        #expect(again.output == queued.output)
        #expect(try bench.run(.export, ["status"] + Self.job).output == queued.output)
        for verb in ["download", "verify"] {
            let early = try bench.run(.export, [verb] + Self.job)
            #expect(early.status == 66, "\(verb)")
            #expect(early.failureCode == "no_result", "\(verb)")
        }
        let run = try bench.export(Self.spec)
        #expect(run.status == 0)
        #expect(run["attempt"].int == 1)
        #expect(run["createdAt"] == queued["createdAt"])
        #expect(try bench.run(.export, ["status"] + Self.job).output == run.output)
    }

    @Test("A prepared import names its upload, and a run takes it from there")
    func preparedUpload() throws {
        let bench = try Workbench(.empty)
        let spec = #""jobId":"up-1","resource":"contacts""#
        let queued = try bench.run(.import, ["prepare"], spec: Workbench.spec(spec))
        #expect(queued["status"].string == "queued")
        #expect(queued.errorText.contains("uploadUrl"))
        #expect(queued.errorText.contains("/org_demo/uploads/up-1"))
        #expect(try bench.load(spec).status == 66)
        try bench.upload("id,email\na,a@example.com\n", as: "up-1")
        let run = try bench.load(spec)
        #expect(run.status == 0)
        #expect(run.count("inserted") == 1)
        #expect(run["attempt"].int == 2)
    }

    @Test("Verify proves the result, and finds each way in which it can be wrong")
    func verify() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(Self.spec)
        let proof = try bench.run(.export, ["verify"] + Self.job)
        #expect(proof.status == 0)
        #expect(proof.text.contains("ok  workflows.jsonl.zst  8 rows"))
        let key = try #require(run["files.0.key"].string)
        let place = ".data/objects/" + key
        let whole = try bench.result(run)
        var flipped = whole
        flipped[whole.count / 2] ^= 0x20
        for bytes in [flipped, Array(whole.dropLast()), whole + [0], []] {
            try bench.folder.write(bytes, to: place)
            let wrong = try bench.run(.export, ["verify"] + Self.job)
            #expect(wrong.status == 76 || wrong.status == 65, "\(bytes.count) bytes: \(wrong.errorText)")
        }
        _ = try Tool.run("rm", [bench.folder.path + "/" + place])
        let gone = try bench.run(.export, ["verify"] + Self.job)
        #expect(gone.status == 76)
        #expect(gone.failureCode == "verify_failed")
    }

    @Test("Download prints a fresh link without running the job again")
    func download() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(Self.spec)
        let links = try bench.run(.export, ["download"] + Self.job)
        #expect(links.status == 0)
        #expect(links.text == (run["downloadUrl"].string ?? "") + "\n")
        #expect(try bench.run(.export, ["download", "--rejects"] + Self.job).status == 66)
        #expect(try bench.run(.export, ["status"] + Self.job).output == run.output)
    }

    @Test("A cancelled job does not run, a completed one cannot be cancelled")
    func cancel() throws {
        let bench = try Workbench(.small)
        _ = try bench.run(.export, ["prepare"], spec: Workbench.spec(Self.spec))
        let cancelled = try bench.run(.export, ["cancel"] + Self.job)
        #expect(cancelled.status == 0)
        #expect(cancelled["status"].string == "cancelled")
        #expect(try bench.run(.export, ["cancel"] + Self.job).output == cancelled.output)
        let run = try bench.export(Self.spec)
        #expect(run.status == 80)
        #expect(run.failureCode == "cancelled")
        #expect(try bench.objects() == ["org_demo/jobs/job-1/manifest.json"])
        #expect(try bench.export(Self.spec.replacing("job-1", with: "job-2")).status == 0)
        let late = try bench.run(.export, ["cancel", "--org", "org_demo", "--job", "job-2"])
        #expect(late.status == 64)
        #expect(late.failureCode == "already_finished")
    }

    @Test("Help, version and schema go to standard output", arguments: Program.jobs)
    func information(_ program: Program) throws {
        let bench = try Workbench(.none)
        let help = try bench.run(program, ["--help"])
        #expect(help.status == 0)
        for verb in ["run", "prepare", "status", "download", "verify", "cancel", "sign", "doctor", "schema", "migrate"]
        {
            #expect(help.text.contains("  \(verb)"), "\(verb)")
            #expect(try bench.run(program, [verb, "--help"]).status == 0, "\(verb)")
        }
        let version = try bench.run(program, ["--version"]).text
        #expect(version.hasPrefix("data-io 0.2.0 (commit ") && version.hasSuffix(", release build)\n"), "\(version)")
        let schema = try bench.run(program, ["schema"])
        #expect(schema.status == 0)
        let check = "import json, sys; d = json.loads(sys.argv[1]); print(d['type'], 'resource' in d['required'])"
        #expect(try Tool.python(check, [schema.text]) == "object True")
        #expect(try bench.folder.files() == [])
    }

    @Test(
        "Wrong arguments end with exit code 64 and say how it is done",
        arguments: [
            ["fly"], ["status"], ["status", "--org", "org_demo"], ["--speck", "x"], ["verify", "--org"],
            ["status", "--org", "../x", "--job", "y"], ["status", "--org", "x", "--job", "a/b"],
            ["migrate", "--print", "--dialect", "oracle"],
        ])
    func wrongArguments(_ arguments: [String]) throws {
        let bench = try Workbench(.small)
        for program in Program.jobs {
            let run = try bench.run(program, arguments)
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
            #expect(!run.errorText.isEmpty)
        }
    }

    @Test("Doctor approves what works and says what to do about what does not")
    func doctor() throws {
        let bench = try Workbench(.small)
        let fine = try bench.run(.export, ["doctor"])
        #expect(fine.status == 0)
        #expect(fine.text.split(separator: "\n").allSatisfy { $0.hasPrefix("ok ") })
        #expect(try bench.objects() == [])
        try bench.sql("DROP TABLE audiences")
        let incomplete = try bench.run(.export, ["doctor"])
        #expect(incomplete.status == 78)
        #expect(incomplete.text.contains("missing tables: audiences"))
        #expect(incomplete.text.contains("ImportJob migrate"))
        let unreachable = try bench.run(.export, ["doctor"], variables: ["DATABASE_URL": "sqlite:no/where.sqlite"])
        #expect(unreachable.status == 78)
        let unknown = try bench.run(.export, ["doctor"], variables: ["DATABASE_URL": "mysql://x"])
        #expect(unknown.status == 78)
        #expect(unknown.text.contains("unsupported"))
    }
}

internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Jobs after something went wrong")
struct RecoveryTests {
    private static let cancelled = ["--org", "org_demo", "--job", "j"]

    @Test("An import that ended at its limit loads nothing more however often it is launched")
    func abortedImport() throws {
        let bench = try Workbench(.empty)
        let good = (1..<120_000).map { "c\($0),u\($0)@example.com,\n" }.joined()
        try bench.upload("id,email,created_at\nc0,u@example.com,never\n" + good, as: "f")
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f","onError":{"policy":"abort"}"#
        let first = try bench.load(spec)
        #expect(first.status == 65)
        let loaded = try bench.number("SELECT count(*) FROM contacts")
        #expect(loaded == first.count("inserted") && loaded < 119_999)
        for _ in 0..<2 {
            let again = try bench.load(spec)
            #expect(again.status == 65)
            #expect(again["error.code"].string == "too_many_rejects")
            #expect(again.count("inserted") == loaded)
            #expect(try bench.number("SELECT count(*) FROM contacts") == loaded)
        }
    }

    @Test("Cancelling a job whose process is dead removes what that had stored")
    func cancelDead() throws {
        let bench = try Workbench(.demo)
        let spec = Workbench.spec(#""jobId":"j","resource":"events","format":"csv","maxFileBytes":1024"#)
        try bench.folder.write(spec, to: "spec.json")
        let killed = try ChildProcess.run(
            "strace",
            [
                "-f", "-o", "/dev/null", "-e", "trace=linkat", "-e", "inject=linkat:signal=SIGKILL:when=12",
                Program.export.path, "--spec", "spec.json",
            ], environment: ["JOB_LEASE_SECONDS": "0.5"], workingFolder: bench.folder.path)
        #expect(killed.status == 128 + SIGKILL)
        #expect(try bench.objects(below: "org_demo/jobs/j/").count > 2)
        usleep(600_000)
        let cancel = try bench.run(.export, ["cancel"] + Self.cancelled)
        #expect(cancel.status == 0)
        #expect(try bench.objects(below: "org_demo/jobs/j/") == ["org_demo/jobs/j/manifest.json"])
        #expect(try bench.stagingFiles() == [])
        #expect(try bench.run(.export, spec: spec).status == 80)
    }

    @Test("A failing disk never leaves a completed manifest without its files", arguments: 1...8)
    func failingDisk(call: Int) throws {
        let bench = try Workbench(.demo)
        try bench.folder.write(Workbench.spec(#""jobId":"j","resource":"audiences","format":"csv""#), to: "spec.json")
        let run = try ChildProcess.run(
            "strace",
            [
                "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=\(call)",
                Program.export.path, "--spec", "spec.json",
            ], workingFolder: bench.folder.path)
        let objects = try bench.objects(below: "org_demo/jobs/j/")
        if try bench.run(.export, ["status"] + Self.cancelled)["status"].string == "completed" {
            #expect(objects.count == 2, "exit \(run.status): \(objects)")
            #expect(try bench.run(.export, ["verify"] + Self.cancelled).status == 0)
        } else {
            #expect(run.status == 71, "\(run.errorText)")
        }
    }
}

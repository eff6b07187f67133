internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Leases and fences", .serialized)
struct LeaseTests {
    private static let small = #""jobId":"j","resource":"audiences","format":"csv""#

    @Test("Of eight processes that are started together one does the work, twenty times; the others give its answer")
    func together() throws {
        let bench = try Workbench(.small)
        for number in 0..<20 {
            let spec = Workbench.spec(#""jobId":"j\#(number)","resource":"audiences","format":"csv""#)
            let runs = try (0..<8).map { _ in try bench.start(.export, spec: spec) }.map { JobRun(try $0.wait()) }
            #expect(runs.map(\.status) == Array(repeating: 0, count: 8), "\(runs)")
            #expect(Set(runs.map(\.output)).count == 1)
            #expect(runs[0]["attempt"].int == 1)
            let started = "SELECT count(*) FROM audit_log WHERE job_id = 'j\(number)' AND outcome = 'started'"
            #expect(try bench.number(started) == 1)
        }
        #expect(try bench.run(.export, ["audit", "verify", "--org", "org_demo"]).status == 0)
    }

    /// A job that waits for an answer of the bucket which does not come.
    private func hang(_ server: FakeS3, _ bucket: Bucket, elsewhere: Bool = false) throws -> ChildProcess {
        server.inject(.silence(.beforeReading)) { $0.key.hasSuffix(".csv") }
        let spec = Bucket.spec(Self.small)
        let variables = [
            "JOB_SPEC_SIGNATURE": try Bucket.signature(spec, .export), "JOB_LEASE_SECONDS": elsewhere ? "3" : "600",
        ]
        let process =
            try elsewhere
            ? bucket.bench.startElsewhere(.export, spec: spec, variables: variables)
            : bucket.bench.start(.export, spec: spec, variables: variables)
        while server.object("p/org_demo/jobs/j/manifest.json") == nil { usleep(5_000) }
        usleep(200_000)
        return process
    }

    @Test("An owner that is dead, as this machine can prove, is not waited for: not for the ten minutes of its lease")
    func deadOwner() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.small, on: server)
        let owner = try hang(server, bucket)
        owner.send(SIGKILL)
        _ = try owner.wait()
        let run = try bucket.run(.export, Self.small, variables: ["JOB_LEASE_SECONDS": "600"])
        #expect(run.status == 0 && run["attempt"].int == 2, "\(run)")
        #expect(run["owner"] == .null)
        #expect(!run.errorText.contains("waiting for the lease"))
    }

    @Test("One that has ended elsewhere cannot be known to have: its lease is waited for")
    func elsewhere() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.small, on: server)
        let owner = try hang(server, bucket, elsewhere: true)
        owner.send(SIGKILL)
        _ = try owner.wait()
        let run = try bucket.run(.export, Self.small, variables: ["JOB_LEASE_SECONDS": "3"])
        #expect(run.status == 0 && run["attempt"].int == 2, "\(run)")
        #expect(run.errorText.contains("waiting for the lease"))
    }

    @Test("One that lives is not overtaken: who comes second waits for a lease, then ends with 75")
    func liveOwner() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.small, on: server)
        let owner = try hang(server, bucket)
        let run = try bucket.run(.export, Self.small, variables: ["JOB_LEASE_SECONDS": "1"])
        #expect(run.status == 75 && run.failureCode == "lease_held", "\(run)")
        owner.send(SIGTERM)
        #expect(try owner.wait().status == 143)
    }

    @Test("The manifest tells the owner while it runs: machine and namespace as a digest, number, start")
    func owner() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.small, on: server)
        let owner = try hang(server, bucket)
        let bytes = try #require(server.object("p/org_demo/jobs/j/manifest.json")).bytes
        let shown = try JSONValue(parsing: bytes).at("owner")
        #expect(shown.at("pid").int == Int(owner.identifier))
        #expect(shown.at("host").string?.utf8.count == 16 && shown.at("startTicks").int ?? 0 > 0)
        owner.send(SIGKILL)
        _ = try owner.wait()
    }

    @Test("An import whose manifest is gone goes on behind its fence, and loads nothing twice")
    func lostManifest() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(3_000), as: "f")
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f","skipDuplicates":true"#
        #expect(try scene.run(.import, spec).status == 0)
        try scene.sql("UPDATE import_ledger SET fence = 7")
        _ = try Tool.run("rm", ["-rf", scene.bench.storePath + "/org_demo/jobs/j"])
        let run = try scene.run(.import, spec)
        #expect(run.status == 0 && run["attempt"].int == 8, "\(run)")
        #expect(run.count("inserted") == 2_994)
        #expect(try scene.number("SELECT count(*) FROM contacts") == 2_994)
        #expect(try scene.number("SELECT fence FROM import_ledger") == 8)
    }

    @Test("A cancelled import's owner that was only late commits nothing more")
    func cancelledOwner() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(100_000), as: "f")
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f","skipDuplicates":true"#
        let owner = try scene.start(.import, spec, variables: ["JOB_LEASE_SECONDS": "1"])
        try scene.wait(for: "SELECT coalesce(max(records), 0) >= 20000 FROM import_ledger")
        owner.send(SIGSTOP)
        sleep(2)
        let cancel = try scene.bench.run(.import, ["cancel", "--org", "org_demo", "--job", "j"])
        #expect(cancel.status == 0 && cancel["status"].string == "cancelled", "\(cancel)")
        let committed = try scene.number("SELECT count(*) FROM contacts")
        #expect(committed > 0 && cancel.count("inserted") == committed, "\(cancel)")
        owner.send(SIGCONT)
        let late = JobRun(try owner.wait())
        #expect(late.status == 75 && late.failureCode == "lease_lost", "\(late)")
        #expect(try scene.number("SELECT count(*) FROM contacts") == committed)
        #expect(try scene.bench.objects(below: "org_demo/jobs/j/") == ["org_demo/jobs/j/manifest.json"])
    }

    @Test("Cancelling an import whose owner was killed tells what that has committed")
    func cancelledKilled() throws {
        let bench = try Workbench(.empty)
        let rows = (0..<150_000).map { $0 % 10 == 3 ? "c\($0),nobody\n" : "c\($0),u\($0)@example.com\n" }.joined()
        try bench.upload("id,email\n" + rows, as: "f")
        let spec = Workbench.spec(#""jobId":"j","resource":"contacts","sourceKey":"f""#)
        let owner = try bench.start(.import, spec: spec, variables: ["JOB_LEASE_SECONDS": "1"])
        let look = "SELECT coalesce(max(records), 0) FROM import_ledger"
        // It may stand still with the file locked.
        try owner.stop { (try? bench.number(look)) ?? 0 >= 20_000 }
        owner.send(SIGKILL)
        #expect(try owner.wait().status == 128 + SIGKILL)
        let done = try bench.sql("SELECT records, inserted, rejected, is_complete FROM import_ledger").split(
            separator: "|")
        try #require(done.last == "0", "\(done)")
        let arguments = ["cancel", "--org", "org_demo", "--job", "j"]
        // Where nobody can be kept out of the database, nobody is told that it is over.
        let wrong = try bench.run(.import, arguments, variables: ["DATABASE_URL": "sqlite:/nowhere/x.sqlite"])
        #expect(wrong.status == 78 && wrong.failureCode == "database_missing", "\(wrong)")
        #expect(wrong.messages.contains("not cancelled"), "\(wrong)")
        let cancel = try bench.run(.import, arguments)
        #expect(cancel.status == 0 && cancel["status"].string == "cancelled", "\(cancel)")
        #expect(["rowsRead", "inserted", "rejected"].map { "\(cancel.count($0))" } == done.prefix(3).map(String.init))
        #expect(try bench.number("SELECT count(*) FROM contacts") == cancel.count("inserted"))
        #expect(try bench.number("SELECT count(*) FROM import_rejects") == 0)
    }
}

internal import Formats
internal import Glibc
internal import JobCore
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// How jobs end that are told to, or that have no more time.
@Suite("Ends of jobs", .serialized)
struct EndTests {
    private static let events = #""jobId":"j","resource":"events","format":"csv""#
    private static let manifest = "p/org_demo/jobs/j/manifest.json"

    private static func milliseconds() -> Int { FaultScene.now() / 1_000 }

    /// A job in a bucket that has stopped answering, since the job began to run.
    private func deaf(_ members: String = "", lease: String = "30") throws -> (FakeS3, Bucket, ChildProcess) {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        server.inject(.silence(.beforeReading), times: 10_000) { request in
            request.key.hasSuffix(".csv") || (request.method == "PUT" && request.headers["if-match"] != nil)
        }
        let process = try bucket.start(.export, Self.events + members, variables: ["JOB_LEASE_SECONDS": lease])
        while server.object(Self.manifest) == nil { usleep(5_000) }
        usleep(500_000)
        return (server, bucket, process)
    }

    @Test("A store that does not answer keeps no job from ending at a signal", arguments: [SIGTERM, SIGINT])
    func deafStore(signal: Int32) throws {
        let (server, bucket, process) = try deaf()
        let start = Self.milliseconds()
        process.send(signal)
        let result = try process.wait()
        #expect(Contention.allows(Self.milliseconds() - start, atMost: 4_000))
        #expect(result.status == 128 + signal)
        #expect(JobRun(result).failureCode == (signal == SIGINT ? "interrupted" : "terminated"))
        // Nobody can have written that it ended; the next one knows that it did.
        server.clearFaults()
        let run = try bucket.run(.export, Self.events)
        #expect(run.status == 0 && run["attempt"].int == 2, "\(run)")
    }

    @Test("Ctrl-C a second time ends a job at once")
    func twice() throws {
        let (_, _, process) = try deaf()
        process.send(SIGINT)
        usleep(300_000)
        let start = Self.milliseconds()
        process.send(SIGINT)
        #expect(try process.wait().status == 130)
        #expect(Contention.allows(Self.milliseconds() - start, atMost: 1_500))
    }

    @Test("A deadline that passes while a job works ends it with 124, also when the store does not answer")
    func deadline() throws {
        let soon = Self.timestamp(secondsFromNow: 4)
        let (server, bucket, process) = try deaf(#","notAfter":"\#(soon)""#)
        #expect(try process.wait().status == 124)
        #expect(Contention.allows(Self.millisecondsPast(soon), atMost: 5_000))
        server.clearFaults()
        #expect(try bucket.run(.export, Self.events + #","notAfter":"\#(soon)""#).status == 124)

        let working = try FakeS3(.aws)
        let second = try Bucket(.demo, on: working)
        working.inject(.silence(.beforeReading), times: 10_000) { $0.key.hasSuffix(".csv") }
        let later = Self.timestamp(secondsFromNow: 3)
        let run = try second.run(.export, Self.events + #","notAfter":"\#(later)""#)
        #expect(run.status == 124 && run["status"].string == "failed", "\(run)")
        #expect(run["error.code"].string == "deadline" && run["error.retryable"] == .bool(false))
        #expect(Contention.allows(Self.millisecondsPast(later), atMost: 5_000))
        #expect(working.openUploads() == [])
    }

    @Test("A running job sees its cancellation within five seconds, whatever its lease is")
    func cancelled() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        server.inject(.silence(.beforeReading), times: 10_000) { $0.key.hasSuffix(".csv") }
        let process = try bucket.start(.export, Self.events, variables: ["JOB_LEASE_SECONDS": "300"])
        while server.object(Self.manifest) == nil { usleep(5_000) }
        let start = Self.milliseconds()
        #expect(try bucket.bench.run(.export, ["cancel", "--org", "org_demo", "--job", "j"]).status == 0)
        let run = JobRun(try process.wait())
        #expect(Contention.allows(Self.milliseconds() - start, atMost: 5_000))
        #expect(run.status == 80 && run["status"].string == "cancelled", "\(run)")
        #expect(server.keys(prefix: "p/org_demo/jobs/") == [Self.manifest] && server.openUploads() == [])
        let outcomes = try bucket.bench.sql("SELECT group_concat(action || ' ' || outcome) FROM audit_log")
        #expect(outcomes == "export started,cancel done,export cancelled")
    }

    @Test("An import ends within four seconds at a signal, in every phase, with its transaction rolled back")
    func importPhases() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(60_000), as: "f")
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f","skipDuplicates":true"#
        // While it connects, reads, waits for a lock in the middle of a load, and commits.
        let lock = "BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60);"
        let running = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'data-io:j'"
        let locked =
            "SELECT count(*) > 0 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE NOT granted AND relname = 'contacts'"
        for phase in ["connecting", "loading", "locked", "committed"] {
            var blocker: ChildProcess?
            if phase == "locked" {
                blocker = try ChildProcess(
                    scene.server.program("psql"), ["-q", scene.server.socketURL(database: scene.database), "-c", lock])
                try scene.wait(
                    for:
                        "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%' AND wait_event = 'PgSleep'"
                )
            }
            let process = try scene.start(.import, spec)
            switch phase {
            case "connecting": usleep(20_000)
            case "loading": try scene.wait(for: running)
            case "locked": try scene.wait(for: locked)
            default: try scene.wait(for: "SELECT coalesce(max(records), 0) >= 20000 FROM import_ledger")
            }
            let start = Self.milliseconds()
            process.send(SIGTERM)
            let run = JobRun(try process.wait())
            #expect(Contention.allows(Self.milliseconds() - start, atMost: 4_000), "\(phase)")
            #expect(run.status == 143, "\(phase): \(run)")
            if phase != "connecting" { #expect(run["status"].string == "interrupted", "\(phase): \(run)") }
            if let blocker {
                blocker.send(SIGKILL)
                _ = try blocker.wait()
                try scene.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%' AND pid <> pg_backend_pid()"
                )
            }
            // Nothing of it is still open on the server, and rows and checkpoint agree.
            try scene.wait(for: running.replacing("count(*) > 0", with: "count(*) = 0"))
            let balance =
                "SELECT (SELECT count(*) FROM contacts) = coalesce((SELECT sum(inserted) FROM import_ledger), 0)"
            #expect(try scene.sql(balance) == "t", "\(phase)")
        }
        let done = try scene.run(.import, spec)
        #expect(done.status == 0 && done.count("inserted") == 59_880, "\(done)")
    }

    @Test(
        "A job that sleeps for fifteen seconds, and whose connections are all cut meanwhile, finishes",
        arguments: [true, false])
    func frozen(exports: Bool) throws {
        let scene = try PostgreSQLBench()
        let variables = ["JOB_LEASE_SECONDS": "60"]
        let process: ChildProcess
        if exports {
            try scene.makeEvents(60_000)
            process = try scene.start(.export, Self.events, variables: variables)
            try scene.wait(
                for:
                    "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'data-io:j' AND query LIKE 'COPY%'"
            )
        } else {
            try scene.bench.upload(PostgreSQLBench.contacts(100_000), as: "f")
            process = try scene.start(
                .import, #""jobId":"j","resource":"contacts","sourceKey":"f","skipDuplicates":true"#,
                variables: variables)
            try scene.wait(for: "SELECT coalesce(max(records), 0) >= 20000 FROM import_ledger")
        }
        process.send(SIGSTOP)
        sleep(15)
        try scene.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'data-io:j'")
        process.send(SIGCONT)
        let run = JobRun(try process.wait())
        #expect(run.status == 0, "\(run)")
        #expect(run["attempt"].int == 1)
        #expect(run.count("rowsWritten") == (exports ? 60_000 : 99_800))
        #expect(try scene.bench.run(.export, ["verify", "--org", "org_demo", "--job", "j"]).status == 0)
    }

    @Test(
        "The termination message is the job's last word: one line, whatever happened, and a file that cannot be written harms nobody"
    )
    func terminationMessage() throws {
        let bench = try Workbench(.small)
        let place = bench.folder.path + "/message"
        let small = #""resource":"audiences","format":"csv""#
        func message(_ members: String, _ more: [String: String] = [:]) throws -> (Int32, JSONValue) {
            _ = try Tool.run("rm", ["-f", place])
            let run = try bench.export(members, variables: more.merging(["TERMINATION_LOG": place]) { $1 })
            let bytes = try bench.folder.read("message")
            #expect(bytes.count <= 2_048 && bytes.last == 0x0A && bytes.filter { $0 == 0x0A }.count == 1)
            return (run.status, try JSONValue(parsing: bytes))
        }
        let (done, good) = try message(#""jobId":"j","# + small)
        #expect(done == 0 && good.at("status").string == "completed" && good.at("counts.rowsWritten").int ?? 0 > 0)
        #expect(good.at("downloadUrl") == .null && good.at("files") == .null)
        let (other, mismatch) = try message(#""jobId":"j","limit":1,"# + small)
        #expect(other == 64 && mismatch.at("error.code").string == "idempotency_mismatch")
        let (refused, gate) = try message(small, ["JOB_API_KEY": "pk_CANARY"])
        #expect(refused == 77 && gate.at("error.code").string == "not_permitted")
        #expect(!gate.serialized().contains("CANARY"))
        let many = (0..<300).map { #""x\#($0)":1"# }.joined(separator: ",")
        let (bad, spec) = try message(small + "," + many)
        #expect(bad == 64 && spec.at("error.code").string == "spec_invalid")
        _ = try Tool.run("mkfifo", [bench.folder.path + "/pipe"])
        for path in ["/nowhere/message", "/proc/version", bench.folder.path, bench.folder.path + "/pipe", "/dev/full"] {
            let run = try bench.export(#""jobId":"k","# + small, variables: ["TERMINATION_LOG": path])
            #expect(run.status == 0, "\(path): \(run)")
        }
    }

    @Test("The log tells the scheduler's index and try; variables that disagree end the job before anything is done")
    func scheduler() throws {
        let bench = try Workbench(.small)
        let spec = #""jobId":"j","resource":"audiences","format":"csv""#
        let conflict = try bench.export(spec, variables: ["JOB_COMPLETION_INDEX": "1", "SLURM_ARRAY_TASK_ID": "2"])
        #expect(conflict.status == 64 && conflict.failureCode == "index_conflict")
        #expect(try bench.objects() == [])
        #expect(try bench.export(spec).status == 0)
        let variables = ["AWS_BATCH_JOB_ARRAY_INDEX": "4", "AWS_BATCH_JOB_ATTEMPT": "2"]
        let run = try bench.export(spec, variables: variables)
        #expect(run.status == 0)
        #expect(run.errorText.contains(#""index":"4""#) && run.errorText.contains(#""schedulerAttempt":"2""#))
    }

    static func timestamp(secondsFromNow seconds: Int) -> String {
        var now = time(nil) + seconds
        var parts = unsafe tm()
        unsafe gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func millisecondsPast(_ timestamp: String) -> Int {
        Timestamp.parse(timestamp).map { Int((WallClock.now() - $0) / .milliseconds(1)) } ?? .max
    }
}

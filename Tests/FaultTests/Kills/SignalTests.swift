internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Signals, rivals and cancellation")
struct SignalTests {
    private static let job = ["--org", "org_demo", "--job", "j"]
    private static let place = ".data/objects/org_demo/jobs/j/manifest.json"
    private static let exportSpec = #""jobId":"j","resource":"events","format":"json""#

    /// The demo organisation with so many events that an export takes a while.
    private func busyBench() throws -> Workbench {
        let bench = try Workbench(.empty)
        try bench.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
            INSERT INTO events (org_id, id, name, occurred_at, properties)
            SELECT 'org_demo', printf('00000000-0000-4000-8000-%012d', i), 'page_viewed', 1775001600000000 + i,
              '{"url":"https://shop.example.com/p/' || i || '"}' FROM n
            """)
        return bench
    }

    /// Waits until the manifest says that an attempt is running.
    private func waitUntilRunning(_ bench: Workbench) throws {
        for _ in 0..<20_000 {
            if isRunning(bench) { return }
            usleep(500)
        }
        Issue.record("the job did not start")
    }

    private func isRunning(_ bench: Workbench) -> Bool {
        let manifest = try? JSONValue(parsing: bench.folder.read(Self.place))
        return manifest?.at("status").string == "running"
    }

    /// Ends an import when the ledger shows its first commit, before it has come much further.
    private func terminateBehindCommit(_ process: ChildProcess, _ bench: Workbench) throws {
        try process.stop { try bench.number("SELECT coalesce(max(records), 0) FROM import_ledger") > 0 }
        process.send(SIGTERM)
        process.send(SIGCONT)
    }

    @Test(
        "An interrupted export says so, removes what it had stored, and is completed by the next run",
        arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
    func interruptedExport(_ signal: Int32, _ status: Int32) throws {
        let bench = try busyBench()
        let process = try bench.start(.export, spec: Workbench.spec(Self.exportSpec))
        try process.stop { isRunning(bench) }
        process.send(signal)
        process.send(SIGCONT)
        let run = JobRun(try process.wait())
        #expect(run.status == status, "\(run)")
        #expect(run["status"].string == "interrupted")
        #expect(run["error.code"].string == (signal == SIGINT ? "interrupted" : "terminated"))
        #expect(run["error.retryable"] == .bool(true))
        #expect(run["leaseExpiresAt"] == .null)
        #expect(try bench.objects() == ["org_demo/jobs/j/manifest.json"])
        #expect(try bench.stagingFiles() == [])
        let again = try bench.export(Self.exportSpec)
        #expect(again.status == 0)
        #expect(again.count("rowsWritten") == 300_000)
        #expect(again["attempt"].int == 2)
        #expect(try bench.run(.export, ["verify"] + Self.job).status == 0)
    }

    @Test("SIGTERM in any of the first moments: the job was not taken, or its manifest says that it was interrupted")
    func earlySignals() throws {
        let server = try FakeS3(.aws)
        // A claim whose answer takes its time is the narrowest place.
        server.inject(.delay(seconds: 0.03, .beforeReply), times: 100_000) { $0.method == "PUT" }
        let bucket = try Bucket(.demo, on: server)
        let bench = try Workbench(.demo)
        var ended = 0
        var interrupted = 0
        for delay in 0...80 {
            for inBucket in [true, false] {
                let members = #""jobId":"j\#(delay)","resource":"events","format":"json""#
                let process =
                    try inBucket
                    ? bucket.start(.export, members) : bench.start(.export, spec: Workbench.spec(members))
                usleep(UInt32(delay) * 2_000)
                process.send(SIGTERM)
                let run = JobRun(try process.wait())
                #expect(run.status == 143 || run.status == 0, "\(delay) ms: \(run)")
                let key = "org_demo/jobs/j\(delay)/manifest.json"
                let bytes = inBucket ? server.object("p/" + key)?.bytes : try? bench.object(key)
                guard let bytes else { continue }
                ended += 1
                let status = try JSONValue(parsing: bytes).at("status").string
                #expect(status == (run.status == 0 ? "completed" : "interrupted"), "\(delay) ms: \(run)")
                if status == "interrupted" { interrupted += 1 }
            }
        }
        #expect(server.openUploads() == [])
        print("\(ended) of 162 jobs were taken, \(interrupted) interrupted")
    }

    @Test("An interrupted import continues behind what it had committed")
    func interruptedImport() throws {
        let scene = try KillScene.load(rowCount: 80_000, padding: 200)
        let process = try scene.bench.start(.import, spec: scene.spec)
        try terminateBehindCommit(process, scene.bench)
        let run = JobRun(try process.wait())
        #expect(run.status == 143, "\(run)")
        #expect(run["status"].string == "interrupted")
        let kept = try scene.bench.number("SELECT records FROM import_ledger")
        #expect(kept >= 20_000 && kept < 80_000)
        #expect(
            try scene.bench.number("SELECT inserted FROM import_ledger")
                == scene.bench.number("SELECT count(*) FROM contacts"))
        let again = try scene.expectRecovery("after SIGTERM")
        #expect(again.errorText.contains("continuing after \(kept) rows"))
    }

    @Test("A source that changed between two attempts is not continued")
    func changedSource() throws {
        let scene = try KillScene.load(rowCount: 80_000, padding: 200)
        let process = try scene.bench.start(.import, spec: scene.spec)
        try terminateBehindCommit(process, scene.bench)
        #expect(try process.wait().status == 143)
        try scene.bench.upload("id,email,created_at,company\nother,o@example.com,,\n", as: "f")
        let run = try scene.bench.run(.import, spec: scene.spec)
        #expect(run.status == 65)
        #expect(run["error.code"].string == "source_changed")
        #expect(run.hasHint)
        #expect(try scene.bench.number("SELECT count(*) FROM contacts WHERE id = 'other'") == 0)
    }

    @Test(
        "Of two processes with the same job one does the work and both give the same answer", arguments: [true, false])
    func rivals(exports: Bool) throws {
        let scene = try exports ? KillScene.export() : KillScene.load()
        let first = try scene.bench.start(scene.program, spec: scene.spec)
        let second = try scene.bench.start(scene.program, spec: scene.spec)
        let runs = [JobRun(try first.wait()), JobRun(try second.wait())]
        #expect(runs.map(\.status) == [0, 0], "\(runs)")
        #expect(runs[0].output == runs[1].output)
        #expect(runs[0]["attempt"].int == 1)
        try scene.expectRecovery("after two at once")
    }

    @Test(
        "A process that slept through its lease finds the job taken over and touches nothing", arguments: [true, false])
    func sleeper(exports: Bool) throws {
        let scene = try exports ? KillScene.export() : KillScene.load()
        let sleeper = try scene.bench.start(scene.program, spec: scene.spec, variables: KillScene.lease)
        try waitUntilRunning(scene.bench)
        try Self.freeze(sleeper, scene.bench)
        let run = try scene.expectRecovery("beside the sleeper", besideAnother: true)
        #expect(run["attempt"].int == 2)
        sleeper.send(SIGCONT)
        let late = JobRun(try sleeper.wait())
        #expect(late.status == 75, "\(late)")
        #expect(late.failureCode == "lease_lost")
        try scene.expectRecovery("after the sleeper woke")
        #expect(try scene.bench.object("org_demo/jobs/j/manifest.json") == run.output)
    }

    /// Stops the process where it holds no lock of the database: SQLite has one writer, and it would keep all others out.
    private static func freeze(_ process: ChildProcess, _ bench: Workbench) throws {
        for _ in 0..<500 {
            process.send(SIGSTOP)
            usleep(5_000)
            let path = bench.folder.path + "/" + Workbench.database
            let free = try ChildProcess.run(
                "sqlite3", ["-batch", "-bail", path], input: Array("BEGIN IMMEDIATE;\nROLLBACK;\n".utf8))
            if free.status == 0 { return }
            process.send(SIGCONT)
            usleep(1_000)
        }
        throw ToolFailure(tool: "kill", status: 0, text: "the process always holds the database")
    }

    @Test("Cancelling a running job ends it with exit code 80 and removes what it stored")
    func cancel() throws {
        let bench = try busyBench()
        let process = try bench.start(
            .export, spec: Workbench.spec(Self.exportSpec), variables: ["JOB_LEASE_SECONDS": "5"])
        try waitUntilRunning(bench)
        try Self.freeze(process, bench)
        #expect(try bench.run(.export, ["cancel"] + Self.job).status == 0)
        // It may not be done before it looks, however fast the machine is: it works for a moment at a time.
        while !process.hasEnded {
            process.send(SIGCONT)
            usleep(2_000)
            process.send(SIGSTOP)
            usleep(40_000)
        }
        let run = JobRun(try process.wait())
        #expect(run.status == 80, "\(run)")
        #expect(run["status"].string == "cancelled")
        #expect(run["error.code"].string == "cancelled")
        #expect(try bench.objects() == ["org_demo/jobs/j/manifest.json"])
        #expect(try bench.stagingFiles() == [])
        #expect(try bench.export(Self.exportSpec).status == 80)
    }

    @Test("A running job shows its progress, which never goes back")
    func progress() throws {
        let bench = try busyBench()
        let process = try bench.start(.export, spec: Workbench.spec(Self.exportSpec), variables: KillScene.lease)
        try waitUntilRunning(bench)
        var seen: [Double] = []
        var isRunning = true
        while isRunning {
            let manifest = try JSONValue(parsing: bench.folder.read(Self.place))
            isRunning = manifest.at("status").string == "running"
            if case .number(let text) = manifest.at("progress"), let percent = Double(text) { seen.append(percent) }
            usleep(2_000)
        }
        #expect(try process.wait().status == 0)
        #expect(seen == seen.sorted())
        #expect(seen.last == 100)
        #expect(Set(seen).count > 2, "\(Set(seen).sorted())")
    }
}

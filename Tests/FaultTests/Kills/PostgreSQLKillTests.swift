internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Killed jobs on PostgreSQL")
struct PostgreSQLKillTests {
    private static let load = #""jobId":"j","resource":"contacts","sourceKey":"uploads/f","skipDuplicates":true"#
    private static let dump = "SELECT md5(string_agg(c::text, chr(10) ORDER BY id)), count(*) FROM contacts c"

    @Test("An import that is killed at random moments, again and again, loads every row once")
    func imports() throws {
        let undisturbed = try PostgreSQLBench()
        let source = PostgreSQLBench.contacts(70_000)
        try undisturbed.bench.upload(source, as: "f")
        let start = ContinuousClock.now
        let expected = try undisturbed.run(.import, Self.load)
        let duration = Int((ContinuousClock.now - start) / .microseconds(1))
        try #require(expected.status == 0, "\(expected)")
        #expect(["inserted", "skipped", "rejected"].map { expected.count($0) } == [69_860, 70, 70])
        let table = try undisturbed.sql(Self.dump)
        let file = try undisturbed.bench.object(expected["rejects.key"].string ?? "")
        var random = SeededRandom(seed: 17)
        var killed = 0
        for number in 0..<6 {
            let scene = try PostgreSQLBench()
            try scene.bench.upload(source, as: "f")
            for attempt in 0..<3 {
                let process = try scene.start(.import, Self.load, variables: KillScene.lease)
                // The first one is killed while it loads, the others also behind the wait for the dead one's lease.
                if attempt == 0 {
                    let rows = random.pick([0, 20_000, 40_000])
                    try process.stop {
                        try scene.sql("SELECT count(*) > 0 FROM import_ledger WHERE records >= \(rows)") == "t"
                    }
                    process.send(SIGCONT)
                    usleep(UInt32.random(in: 0...30_000, using: &random))
                } else {
                    usleep(UInt32.random(in: 0...UInt32(duration + 400_000), using: &random))
                }
                process.send(SIGKILL)
                if try process.wait().status == 128 + SIGKILL { killed += 1 }
            }
            let run = try scene.run(.import, Self.load, variables: KillScene.lease)
            #expect(run.status == 0, "\(number): \(run)")
            #expect(try scene.sql(Self.dump) == table, "\(number)")
            for name in ["rowsRead", "inserted", "skipped", "rejected"] {
                #expect(run.count(name) == expected.count(name), "\(number): \(name)")
            }
            #expect(run["rejects.byCode"] == expected["rejects.byCode"])
            #expect(try scene.bench.object(run["rejects.key"].string ?? "") == file, "\(number)")
            #expect(try scene.bench.objects().filter { $0.hasSuffix(".rejects") } == [], "\(number)")
            #expect(
                try scene.sql("SELECT count(*), sum(records), bool_and(is_complete) FROM import_ledger") == "1|70000|t")
            #expect(try scene.number("SELECT count(*) FROM import_rejects") == 0)
            #expect(try scene.bench.stagingFiles() == [])
        }
        #expect(killed > 5)
    }

    @Test("An export by several connections that is killed at random moments has the bytes of an undisturbed one")
    func exports() throws {
        let scene = try PostgreSQLBench()
        try scene.makeEvents(60_000)
        let spec = #""resource":"events","format":"csv","compression":"gzip""#
        let start = ContinuousClock.now
        let expected = try scene.run(.export, #""jobId":"undisturbed","# + spec)
        let duration = Int((ContinuousClock.now - start) / .microseconds(1))
        try #require(expected.status == 0, "\(expected)")
        var random = SeededRandom(seed: 19)
        var killed = 0
        for number in 0..<8 {
            let members = #""jobId":"j\#(number)","# + spec
            let process = try scene.start(.export, members, variables: KillScene.lease)
            if number % 2 == 0 {
                // As soon as it has begun, at the latest: some have to be killed, however long they take today.
                try process.stop {
                    try scene.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
                    ) > 0
                }
            } else {
                usleep(UInt32.random(in: 0...UInt32(duration), using: &random))
            }
            process.send(SIGKILL)
            if try process.wait().status == 128 + SIGKILL { killed += 1 }
            let run = try scene.run(.export, members, variables: KillScene.lease)
            #expect(run.status == 0, "\(number): \(run)")
            #expect(run["files.0.sha256"] == expected["files.0.sha256"], "\(number)")
            let folder = "org_demo/jobs/j\(number)/"
            let attempt = folder + (run["attemptId"].string ?? "") + "/"
            #expect(
                try scene.bench.objects(below: folder).filter { !$0.hasPrefix(attempt) } == [folder + "manifest.json"])
        }
        #expect(killed > 2)
    }

    @Test(
        "When the answer to a COMMIT is lost the rows are there once: the job goes on by its ledger, or the next one does",
        arguments: [true, false])
    func commitLost(staysReachable: Bool) throws {
        var chunks = 0
        for number in 1...11 where try commitLost(number, staysReachable) == .chunk { chunks += 1 }
        #expect(chunks >= 3)
    }

    /// Loads, and loses the answer to the n-th COMMIT; what that one ended.
    private func commitLost(_ number: Int, _ staysReachable: Bool) throws -> PostgreSQLProxy.Lost? {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(45_000), as: "f")
        let proxy = try PostgreSQLProxy(scene.server, losesCommit: number, staysReachable: staysReachable)
        let url = proxy.url(database: scene.database)
        var run = try scene.run(.import, Self.load, variables: ["DATABASE_URL": url, "DATABASE_PATIENCE_SECONDS": "2"])
        let lost = proxy.lost
        let note = "\(number) (\(lost.map(\.rawValue) ?? "none")): \(run)"
        // Others are those of the fence and of the audit log; when all rows are there, 74 is left.
        let codes: [Int32] = staysReachable ? [0, 74] : [0, 74, 75]
        #expect(codes.contains(run.status), "\(note)")
        switch lost {
        case .chunk:
            #expect(run.errorText.contains("going on from the last checkpoint"), "\(note)")
            #expect(run.status == (staysReachable ? 0 : 75), "\(note)")
        case .other: break
        case nil: #expect(run.status == 0, "\(note)")
        }
        if run.status != 0 { run = try scene.run(.import, Self.load) }
        #expect(run.status == 0, "\(number): \(run)")
        let outcomes = try scene.sql("SELECT string_agg(outcome, ' ' ORDER BY seq) FROM audit_log").split(
            separator: " ")
        #expect(outcomes.filter { $0 == "partial" }.count == 1 && outcomes.last == "partial", "\(number): \(outcomes)")
        #expect(try scene.bench.run(.import, ["audit", "verify", "--org", "org_demo"]).status == 0)
        #expect(["inserted", "skipped", "rejected"].map { run.count($0) } == [44_910, 45, 45])
        #expect(try scene.number("SELECT count(*) FROM contacts") == 44_910)
        #expect(try scene.sql("SELECT count(*), sum(records) FROM import_ledger") == "1|45000")
        return lost
    }
}

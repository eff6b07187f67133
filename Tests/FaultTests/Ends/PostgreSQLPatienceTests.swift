internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Servers that are away, and owners that stand still, on PostgreSQL")
struct PostgreSQLPatienceTests {
    private static let load = #""jobId":"j","resource":"contacts","sourceKey":"uploads/f","skipDuplicates":true"#
    private static let events = #""jobId":"e","resource":"events","format":"csv","compression":"gzip""#

    @Test(
        "A server that is away for eight seconds, at the start or in the middle, is waited for",
        arguments: [false, true])
    func away(isRunning: Bool) throws {
        let own = try PostgreSQLServer()
        let scene = try PostgreSQLBench(on: own)
        try scene.bench.upload(PostgreSQLBench.contacts(150_000), as: "f")
        try scene.makeEvents(60_000)
        if !isRunning { try own.stop() }
        let load = try scene.start(.import, Self.load)
        if isRunning { try scene.wait(for: "SELECT sum(records) >= 20000 FROM import_ledger") }
        let export = try scene.start(.export, Self.events)
        if isRunning {
            try scene.wait(
                for:
                    "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'data-io:e' AND query LIKE 'COPY%'"
            )
            try own.stop()
        }
        sleep(8)
        #expect(!load.hasEnded && !export.hasEnded)
        try own.start()
        let loaded = JobRun(try load.wait())
        #expect(loaded.status == 0, "\(loaded)")
        #expect(try scene.number("SELECT count(*) FROM contacts") == 149_700)
        let exported = JobRun(try export.wait())
        #expect(exported.status == 0 && exported.count("rowsWritten") == 60_000, "\(exported)")
    }

    @Test("A server that is away is not waited for beyond the deadline of the job, which nobody has claimed yet")
    func deadline() throws {
        let own = try PostgreSQLServer()
        let scene = try PostgreSQLBench(on: own)
        try own.stop()
        let soon = EndTests.timestamp(secondsFromNow: 3)
        let run = try scene.run(
            .export, Self.events + #","notAfter":"\#(soon)""#, variables: ["DATABASE_PATIENCE_SECONDS": "600"])
        #expect(run.status == 124 && run.failureCode == "deadline", "\(run)")
    }

    @Test("An export whose server is restarted goes on or is temporary: nobody has interrupted it", arguments: 1...3)
    func restartedExport(seed: UInt64) throws {
        let own = try PostgreSQLServer()
        let scene = try PostgreSQLBench(on: own)
        try scene.makeEvents(60_000)
        var random = SeededRandom(seed: seed)
        let process = try scene.start(.export, Self.events + #","maxFileBytes":1000000"#)
        try scene.wait(
            for: "SELECT count(*) > 1 FROM pg_stat_activity WHERE application_name = 'data-io:e' AND query LIKE 'COPY%'"
        )
        usleep(UInt32.random(in: 0...300_000, using: &random))
        try own.restart(.fast)
        let run = JobRun(try process.wait())
        #expect(run.status == 0 && run.count("rowsWritten") == 60_000, "\(run)")
    }

    @Test("An import that is frozen inside a transaction is taken over: the next owner ends it on the server")
    func frozen() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(60_000), as: "f")
        let lease = ["JOB_LEASE_SECONDS": "1"]
        let owner = try scene.start(.import, Self.load, variables: lease)
        let isOpen = """
            SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.relation = 'contacts'::regclass AND l.mode = 'RowExclusiveLock' AND a.application_name = 'data-io:j'
              AND a.datname = current_database()
            """
        // Until it stands still where its transaction has rows.
        for _ in 0..<2_000 {
            owner.send(SIGSTOP)
            usleep(20_000)
            if try scene.sql(isOpen) == "t" { break }
            owner.send(SIGCONT)
            usleep(5_000)
        }
        try #require(try scene.sql(isOpen) == "t")
        let start = ContinuousClock.now
        let run = try scene.run(.import, Self.load, variables: lease)
        #expect(run.status == 0 && run["attempt"].int == 2, "\(run)")
        #expect(ContinuousClock.now - start < .seconds(9))
        #expect(["inserted", "skipped", "rejected"].map { run.count($0) } == [59_880, 60, 60])
        owner.send(SIGCONT)
        let late = JobRun(try owner.wait())
        #expect(late.status == 75 && late.failureCode == "lease_lost", "\(late)")
        #expect(try scene.number("SELECT count(*) FROM contacts") == 59_880)
    }
}

internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Failures of a PostgreSQL server")
struct PostgreSQLFailureTests {
    private static let load = #""jobId":"j","resource":"contacts","sourceKey":"uploads/f","skipDuplicates":true"#
    private static let events = #""resource":"events","format":"csv","columns":["id","name","properties"]"#

    @Test(
        "A backend that is terminated in the middle of an import costs no row and loads none twice", arguments: [1, 5])
    func terminatedImport(times: Int) throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(100_000), as: "f")
        let process = try scene.start(.import, Self.load)
        for number in 1...times {
            try? scene.wait(for: "SELECT sum(records) >= \(20_000 * min(number, 4)) FROM import_ledger")
            try scene.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'data-io:j' "
                    + "AND datname = current_database()")
        }
        var run = JobRun(try process.wait())
        // A job gives up after a few of them, and goes on when it is launched again.
        #expect([0, 75].contains(run.status), "\(run)")
        if run.status == 75 { run = try scene.run(.import, Self.load) }
        #expect(run.status == 0, "\(run)")
        #expect(["inserted", "skipped", "rejected"].map { run.count($0) } == [99_800, 100, 100])
        #expect(try scene.number("SELECT count(*) FROM contacts") == 99_800)
    }

    @Test(
        "A backend that is terminated in the middle of an export has it read again; one that always is ends it with 75")
    func terminatedExport() throws {
        let scene = try PostgreSQLBench()
        // Many more than are sent before the job is seen at it; then it takes no more until its backend is gone.
        let rows = 300_000
        try scene.makeEvents(rows)
        let terminate =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' "
            + "AND datname = current_database()"
        let copies =
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'data-io:j' AND query LIKE 'COPY%'"
        let spec = #""jobId":"j","# + Self.events
        let process = try scene.start(.export, spec)
        try scene.wait(for: copies)
        process.send(SIGSTOP)
        try scene.sql(terminate)
        process.send(SIGCONT)
        let run = JobRun(try process.wait())
        #expect(run.status == 0 && run["attempt"].int == 1, "\(run)")
        #expect(run.errorText.contains("reading again from the start"), "\(run)")
        #expect(run.count("rowsWritten") == rows && run.count("rowsRead") == rows)
        #expect(try scene.bench.run(.export, ["verify", "--org", "org_demo", "--job", "j"]).status == 0)

        let doomed = try scene.start(.export, #""jobId":"k","# + Self.events)
        while !doomed.hasEnded {
            try scene.sql(terminate)
            usleep(5_000)
        }
        let failed = JobRun(try doomed.wait())
        #expect(failed.status == 75, "\(failed)")
        #expect(failed["status"].string == "failed")
        #expect(failed["error.code"].string == "database_connection_lost")
        #expect(failed["error.retryable"] == .bool(true))
        #expect(try scene.bench.objects(below: "org_demo/jobs/k/") == ["org_demo/jobs/k/manifest.json"])
        let again = try scene.run(.export, #""jobId":"k","# + Self.events)
        #expect(again.status == 0 && again.count("rowsWritten") == rows, "\(again)")
    }

    @Test("A server that restarts in the middle of an import is waited for")
    func restart() throws {
        let own = try PostgreSQLServer()
        let scene = try PostgreSQLBench(on: own)
        try scene.bench.upload(PostgreSQLBench.contacts(100_000), as: "f")
        let process = try scene.start(.import, Self.load)
        try scene.wait(for: "SELECT sum(records) >= 20000 FROM import_ledger")
        try own.restart(.fast)
        var run = JobRun(try process.wait())
        if run.status == 75 { run = try scene.run(.import, Self.load) }
        #expect(run.status == 0, "\(run)")
        #expect(try scene.number("SELECT count(*) FROM contacts") == 99_800)
    }

    @Test("A network that swallows everything is noticed within a minute")
    func blackHole() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(100_000), as: "f")
        let spec = Bucket.spec(Self.load)
        try scene.bench.folder.write(spec, to: "spec.json")
        // The namespace has a network of its own; the relay in it reaches the server by its socket.
        let relay = """
            import socket, threading
            listener = socket.create_server(("127.0.0.1", 7777))
            def relay(source, sink):
                while data := source.recv(65536): sink.sendall(data)
            while True:
                client, _ = listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect("\(scene.server.folder)/.s.PGSQL.\(scene.server.port)")
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=relay, args=pair, daemon=True).start()
            """
        try scene.bench.folder.write(relay, to: "relay.py")
        let script = """
            ip link set lo up
            python3 relay.py & relay=$!
            sleep 0.5
            (sleep 0.4; ip link set lo down) &
            timeout 100 "$0" --spec spec.json
            status=$?
            kill $relay
            exit $status
            """
        let start = ContinuousClock.now
        let result = try ChildProcess.run(
            "unshare", ["-n", "sh", "-c", script, Program.import.path],
            environment: [
                "DATABASE_URL": "postgres://postgres@127.0.0.1:7777/\(scene.database)",
                "JOB_SIGNING_KEY": Bucket.signingKey,
                "JOB_SPEC_SIGNATURE": try Bucket.signature(spec, .import),
            ], workingFolder: scene.bench.folder.path)
        let run = JobRun(result)
        #expect(run.status == 75, "\(run)")
        #expect(["database_connection_lost", "database_unavailable"].contains(run["error.code"].string))
        #expect(ContinuousClock.now - start < .seconds(70))
    }

    @Test("A disk of the server that is full ends the import with 71; nothing is lost, and with space it goes on")
    func diskFull() throws {
        let scene = try PostgreSQLBench()
        let space = scene.database + "_small"
        let disk = scene.server.folder + "/" + space
        _ = try Tool.run("mkdir", [disk])
        _ = try Tool.run("mount", ["-t", "tmpfs", "-o", "size=6m", "none", disk])
        defer {
            _ = try? scene.sql("ALTER TABLE contacts SET TABLESPACE pg_default")
            _ = try? scene.server.psql("DROP TABLESPACE \(space)")
            _ = try? Tool.run("umount", ["-l", disk])
        }
        _ = try Tool.run("chown", ["postgres", disk])
        try scene.server.psql("CREATE TABLESPACE \(space) LOCATION '\(disk)'")
        try scene.sql("ALTER TABLE contacts SET TABLESPACE \(space)")
        try scene.bench.upload(PostgreSQLBench.contacts(150_000), as: "f")
        let run = try scene.run(.import, Self.load)
        #expect(run.status == 71, "\(run)")
        #expect(run["error.code"].string == "disk_full")
        let kept = try scene.number("SELECT count(*) FROM contacts")
        #expect(try scene.number("SELECT COALESCE(sum(inserted), 0) FROM import_ledger") == kept)
        _ = try Tool.run("mount", ["-o", "remount,size=200m", disk])
        let again = try scene.run(.import, Self.load)
        #expect(again.status == 0, "\(again)")
        #expect(try scene.number("SELECT count(*) FROM contacts") == 149_700)
    }
}

internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Refused rows are in the store until their file is: a database that others use too has a row for each chunk.
@Suite("Refused rows until their file is published")
struct RejectPartTests {
    private static let lease = ["JOB_LEASE_SECONDS": "1"]
    private static let kept = "SELECT count(*) FROM import_rejects"

    private static func members(_ job: String) -> String {
        #""jobId":"\#(job)","resource":"contacts","sourceKey":"f""#
    }

    /// A file in which all rows are bad, or each tenth one.
    private static func source(_ count: Int, allBad: Bool = true) -> String {
        "id,email,created_at\n"
            + (0..<count).map { number in
                "c\(number),u\(number)@example.com,\(allBad || number % 10 == 7 ? "never" : "")\n"
            }.joined()
    }

    private func parts(_ bench: Workbench) throws -> [String] {
        try bench.objects().filter { $0.hasSuffix(".rejects") }
    }

    /// Starts the job and stops it when it has committed some refused rows.
    private func begin(_ job: String, in bench: Workbench) throws -> ChildProcess {
        let process = try bench.start(.import, spec: Workbench.spec(Self.members(job)), variables: Self.lease)
        let query = "SELECT coalesce(sum(field_count), 0) FROM import_rejects WHERE job_id = '\(job)'"
        // It may stand still with the file locked.
        try process.stop { (try? bench.number(query)) ?? 0 >= 2_000 }
        return process
    }

    /// Kills the job when it has committed some refused rows.
    private func kill(_ job: String, in bench: Workbench) throws {
        let process = try begin(job, in: bench)
        process.send(SIGKILL)
        try #require(try process.wait().status == 128 + SIGKILL)
        #expect((1...24).contains(try bench.number(Self.kept)))
        #expect(try !parts(bench).isEmpty)
    }

    @Test("A killed import with 100,500 bad rows is gone on with, tells its budget, and leaves nothing")
    func killed() throws {
        let bench = try Workbench(.empty)
        try bench.upload(Self.source(100_500), as: "f")
        try kill("j", in: bench)
        let run = try bench.load(Self.members("j"), variables: Self.lease)
        #expect(run.status == 0 && run.count("rejected") == 100_500, "\(run)")
        #expect(run["rejects.rows"].int == 100_000 && run["rejects.omitted"].int == 500)
        #expect(run["rejects.byCode.invalid_timestamp"].int == 100_000)
        #expect(run.messages.contains("more refused rows than are kept"))
        #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])
        let file = try Tool.run("gzip", ["-dc"], input: bench.object(run["rejects.key"].string ?? ""))
        let lines = file.split(separator: 0x0A)
        #expect(lines.count == 100_001)
        #expect(String(decoding: lines[100_000], as: UTF8.self).hasPrefix("c99999,u99999@example.com,never,,100001,"))
    }

    @Test("What an import has kept goes when it is cancelled, alive or dead, when it fails for good, and with its age")
    func ends() throws {
        let bench = try Workbench(.empty)
        try bench.upload(Self.source(60_000), as: "f")
        let cancel = { try bench.run(.import, ["cancel", "--org", "org_demo", "--job", $0]).status }

        let alive = try begin("alive", in: bench)
        alive.send(SIGCONT)
        // It may be done before it is asked to stop, or before it looks whether it is.
        let end = [try cancel("alive"), try alive.wait().status]
        #expect([[0, 80], [64, 0], [0, 0]].contains(end), "\(end)")
        #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])

        try kill("dead", in: bench)
        usleep(1_200_000)
        #expect(try cancel("dead") == 0)
        #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])

        // A newer object is another source: nobody can go on.
        try kill("changed", in: bench)
        try bench.upload(Self.source(60_001), as: "f")
        let failed = try bench.load(Self.members("changed"), variables: Self.lease)
        #expect(failed.status == 65 && failed.failureCode == "source_changed", "\(failed)")
        #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])

        try kill("old", in: bench)
        try bench.upload("id\nx1\n", as: "small")
        let small = #""resource":"contacts","sourceKey":"small","skipDuplicates":true"#
        #expect(try bench.load(small).status == 0)
        #expect(try bench.number(Self.kept) > 0 && !parts(bench).isEmpty)
        try bench.sql("UPDATE import_ledger SET updated_at = updated_at - 8 * 86400000000 WHERE job_id = 'old'")
        #expect(try bench.load(small).status == 0)
        #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])
        // Who goes on all the same is told what is missing.
        let late = try bench.load(Self.members("old"), variables: Self.lease)
        #expect(late.status == 0 && late.count("rejected") == 60_001, "\(late)")
        #expect((late["rejects.rows"].int ?? 0) + (late["rejects.omitted"].int ?? 0) == 60_001)
    }

    @Test("Rows that the version before kept in the table come out; of objects that somebody removed it is told")
    func versionBefore() throws {
        let bench = try Workbench(.empty)
        try bench.upload(Self.source(150_000, allBad: false), as: "f")
        let expected = try bench.load(Self.members("undisturbed"))
        #expect(expected.count("rejected") == 15_000, "\(expected)")
        let file = try bench.object(expected["rejects.key"].string ?? "")
        try bench.sql("DELETE FROM contacts")
        try kill("j", in: bench)
        let script = """
            import os, sqlite3, subprocess, sys
            store, connection = sys.argv[1], sqlite3.connect(sys.argv[2], timeout=20)
            for (key,) in connection.execute("SELECT fields FROM import_rejects WHERE code = 'part/1'").fetchall():
                packed = open(f"{store}/{key}", "rb")
                data = subprocess.run(["zstd", "-dcq"], stdin=packed, capture_output=True, check=True).stdout
                connection.execute("DELETE FROM import_rejects WHERE fields = ?", (key,))
                os.remove(f"{store}/{key}")
                while data:
                    line, data = data.split(b"\\n", 1)
                    record, row, offset, count, *sizes = map(int, line.split())
                    texts = []
                    for size in sizes:
                        texts.append(data[:size].decode())
                        data = data[size:]
                    data = data[1:]
                    connection.execute(
                        "INSERT INTO import_rejects VALUES ('org_demo', 'j', ?, ?, ?, ?, ?, ?, ?, ?)",
                        (record, row, offset, *texts[:3], count, texts[3]))
            connection.commit()
            """
        _ = try Tool.python(script, [bench.storePath, bench.folder.path + "/" + Workbench.database])
        #expect(try bench.number(Self.kept) >= 2_000)
        let run = try bench.load(Self.members("j"), variables: Self.lease)
        #expect(run.status == 0 && run["rejects.byCode"] == expected["rejects.byCode"], "\(run)")
        #expect(try bench.object(run["rejects.key"].string ?? "") == file)
        #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])

        try bench.sql("DELETE FROM contacts")
        try kill("k", in: bench)
        for part in try parts(bench) { _ = try Tool.run("rm", [bench.storePath + "/" + part]) }
        let lossy = try bench.load(Self.members("k"), variables: Self.lease)
        #expect(lossy.status == 0 && lossy.count("rejected") == 15_000, "\(lossy)")
        let rows = lossy["rejects.rows"].int ?? 0
        #expect(rows < 15_000 && rows + (lossy["rejects.omitted"].int ?? 0) == 15_000)
        #expect(lossy["notes"].elements.contains { $0.at("code").string == "rejects_gone" })
    }

    @Test("Refused rows that are too much for memory are the same in a dry run, a real one and one that is undone")
    func large() throws {
        var random = SeededRandom(seed: 23)
        let rows = (0..<3_000).map { number in
            let noise = (0..<160).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 36) }
            return "c\(number),u\(number)@example.com,never,\(noise.joined())\n"
        }
        let bench = try Workbench(.empty)
        try bench.upload("id,email,created_at,company\n" + rows.joined(), as: "f")
        var files: Set<[UInt8]> = []
        for (job, more, status) in [
            ("dry", #","dryRun":true"#, Int32(0)), ("real", "", 0),
            ("undone", #","atomic":true,"onError":{"maxErrors":2999}"#, 65),
        ] {
            let run = try bench.load(Self.members(job) + more)
            #expect(run.status == status && run["rejects.rows"].int == 3_000, "\(run)")
            files.insert(try Tool.run("gzip", ["-dc"], input: bench.object(run["rejects.key"].string ?? "")))
            #expect(try bench.number(Self.kept) == 0 && parts(bench) == [])
        }
        #expect(files.count == 1)
    }

    @Test("A small job with refused rows asks the store for two things more, one without for none")
    func requests() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.empty, on: server)
        server.put("p/org_demo/uploads/f", Array("id,created_at\na,\nb,never\nc,never\n".utf8))
        // The answer to the object's first write is lost.
        server.inject(.reset(.beforeReply)) { $0.method == "PUT" && $0.key.hasSuffix(".rejects") }
        for (job, more, methods) in [
            ("real", "", ["PUT", "HEAD", "DELETE"]), ("again", "", ["PUT", "DELETE"]), ("dry", #","dryRun":true"#, []),
        ] {
            server.clearRequests()
            let run = try bucket.run(.import, Self.members(job) + #","skipDuplicates":true"# + more)
            #expect(run.status == 0 && run["rejects.rows"].int == 2, "\(run)")
            let calls = server.requests.filter { $0.key.hasSuffix(".rejects") }.map(\.method)
            #expect(calls.filter { $0 != "PUT" || job != "real" } == methods.filter { $0 != "PUT" || job != "real" })
        }
        #expect(try bucket.bench.number(Self.kept) == 0)
        server.put("p/org_demo/uploads/f", Array("id,created_at\na,\n".utf8))
        server.clearRequests()
        #expect(try bucket.run(.import, Self.members("none") + #","skipDuplicates":true"#).status == 0)
        #expect(!server.requests.contains { $0.key.hasSuffix(".rejects") })
        #expect(server.keys().filter { $0.hasSuffix(".rejects") } == [] && server.violations == [])
    }

    @Test("Rows whose refused neighbours cannot be stored are not loaded, and are by the next launch")
    func failingStore() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.empty, on: server)
        server.put("p/org_demo/uploads/f", Array("id,created_at\na,\nb,never\n".utf8))
        server.inject(.respond(status: 403, code: "AccessDenied"), times: 10) { $0.key.hasSuffix(".rejects") }
        let run = try bucket.run(.import, Self.members("j"))
        #expect(run.status == 77, "\(run)")
        let look = "SELECT (SELECT count(*) FROM contacts), (\(Self.kept)), (SELECT sum(records) FROM import_ledger)"
        #expect(try bucket.bench.sql(look) == "0|0|0")
        server.clearFaults()
        let next = try bucket.run(.import, Self.members("j"))
        #expect(next.status == 0 && next["rejects.rows"].int == 1 && next.count("inserted") == 1, "\(next)")
        #expect(try bucket.bench.sql(look) == "1|0|2")
    }
}

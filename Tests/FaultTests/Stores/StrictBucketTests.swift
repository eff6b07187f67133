internal import Formats
internal import Glibc
internal import Synchronization
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Whole jobs on a server that checks everything and fails on request.
@Suite("Jobs with a strict bucket", .serialized)
struct StrictBucketTests {
    private static let small = #""jobId":"j","resource":"contacts","format":"csv""#
    private static let events = #""jobId":"j","resource":"events","format":"csv""#
    private static let manifest = "p/org_demo/jobs/j/manifest.json"

    /// An organisation whose events are so many parts of the smallest size.
    func busyBucket(_ server: FakeS3) throws -> Bucket {
        let bucket = try Bucket(.empty, on: server)
        try bucket.bench.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
            INSERT INTO events (org_id, id, name, occurred_at, properties)
            SELECT 'org_demo', printf('00000000-0000-4000-8000-%012d', i), 'page_viewed', 1775001600000000 + i,
              '{"url":"https://shop.example.com/p/' || i || '/with/a/path/that/makes/the/file/longer"}' FROM n
            """)
        return bucket
    }

    private func stored(_ server: FakeS3) throws -> JSONValue {
        guard let object = server.object(Self.manifest) else { return .null }
        return try JSONValue(parsing: object.bytes)
    }

    /// The manifest and the files it names are all that is stored below the job, and the files are what it says.
    private func expectWhole(_ server: FakeS3, _ run: JobRun, _ note: String = "") throws {
        #expect(run.status == 0, "\(note) \(run)")
        #expect(server.openUploads() == [], "\(note)")
        let files = run["files"].elements
        let keys = files.map { "p/" + ($0.at("key").string ?? "") }
        let report = "p/" + (run["report.key"].string ?? "")
        #expect(Set(server.keys(prefix: "p/org_demo/jobs/j/")) == Set(keys + [report, Self.manifest]), "\(note)")
        for (file, key) in zip(files, keys) {
            let bytes = server.object(key)?.bytes ?? []
            #expect(try Tool.sha256(bytes) == file.at("sha256").string, "\(note)")
        }
    }

    @Test("A whole job with default settings keeps the limits of every provider", arguments: FakeS3.Mode.allCases)
    func limits(mode: FakeS3.Mode) throws {
        let server = try FakeS3(mode)
        let bucket = try Bucket(.demo, on: server, options: mode == .gcs ? "dialect=gcs" : "")
        let run = try bucket.run(.export, Self.events)
        try expectWhole(server, run)
        let again = try bucket.run(.export, Self.events)
        #expect(again.output == run.output)
        #expect(server.violations == [])
        #expect(try Tool.sha256(Bucket.curl([run["downloadUrl"].string ?? ""]).output) == run["files.0.sha256"].string)
    }

    @Test(
        "A clock that is ten minutes off changes nothing: not the result, not who owns a job",
        arguments: [600.0, -600])
    func skew(seconds: Double) throws {
        let server = try FakeS3(.aws)
        server.setClockOffset(seconds)
        let bucket = try Bucket(.demo, on: server)
        // The first owner hangs in its upload and is killed, in a container of its own: only its lease speaks for it.
        server.inject(.silence(.beforeReading)) { $0.key.hasSuffix(".csv") }
        let spec = Bucket.spec(Self.events)
        let first = try bucket.bench.startElsewhere(
            .export, spec: spec,
            variables: ["JOB_LEASE_SECONDS": "4", "JOB_SPEC_SIGNATURE": Bucket.signature(spec, .export)])
        while !server.requests.contains(where: { $0.key == Self.manifest && $0.method == "PUT" }) { usleep(10_000) }
        usleep(300_000)
        first.send(SIGKILL)
        _ = try first.wait()
        let held = try stored(server)
        #expect(held.at("status").string == "running")
        server.clearRequests()
        let run = try bucket.run(.export, Self.events, variables: ["JOB_LEASE_SECONDS": "4"])
        try expectWhole(server, run)
        #expect(run["attempt"].int == 2)
        // It has waited for the lease: the manifest was read more than once before it was taken.
        let calls = server.requests.filter { $0.key == Self.manifest }
        #expect(calls.prefix { $0.method == "GET" }.count > 1)
    }

    @Test("A machine whose clock is an hour off gets its job done; doctor says that the clock is wrong")
    func wrongClock() throws {
        let server = try FakeS3(.aws)
        server.setClockOffset(3600)
        let bucket = try Bucket(.demo, on: server)
        let run = try bucket.run(.export, Self.small)
        try expectWhole(server, run)
        let doctor = try bucket.bench.run(.export, ["doctor"])
        #expect(doctor.status == 78)
        #expect(doctor.text.contains("clock is 3600 s behind") || doctor.text.contains("clock is 3599 s behind"))
        #expect(doctor.text.contains("NTP"))
    }

    @Test("Thirty kills in random requests leave no upload behind, and the next run completes the job")
    func kills() throws {
        let server = try FakeS3(.aws)
        let bucket = try busyBucket(server)
        // The job hangs in the request in which it shall be killed, however fast it is.
        let seen = Atomic(0)
        let target = Atomic(0)
        server.inject(.silence(.beforeReading), times: .max) { _ in
            seen.add(1, ordering: .relaxed).newValue == target.load(ordering: .relaxed)
        }
        try expectWhole(server, bucket.run(.export, Self.events), "undisturbed")
        let requests = seen.load(ordering: .relaxed)
        let expected = try stored(server).at("files.0.sha256").string
        var random = SeededRandom(seed: 19)
        var killed = 0
        var left = 0
        for number in 0..<30 {
            for key in server.keys() where !key.contains("/audit/") { server.remove(key) }
            let last = Int.random(in: 1...requests * 9 / 10, using: &random)
            seen.store(0, ordering: .relaxed)
            target.store(last, ordering: .relaxed)
            let process = try bucket.start(.export, Self.events, variables: KillScene.lease)
            while seen.load(ordering: .relaxed) < last, !process.hasEnded { usleep(1_000) }
            process.send(SIGKILL)
            if try process.wait().status == 128 + SIGKILL { killed += 1 }
            target.store(0, ordering: .relaxed)
            left += server.openUploads().count
            let run = try bucket.run(.export, Self.events, variables: KillScene.lease)
            try expectWhole(server, run, "kill \(number)")
            #expect(run["files.0.sha256"].string == expected)
        }
        #expect(killed == 30)
        #expect(left > 0)
        #expect(server.violations == [])
    }

    @Test(
        "SIGTERM ends a job within four seconds, in whatever request it waits, and nothing is left",
        arguments: ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
    func terminated(operation: String) throws {
        let server = try FakeS3(.aws)
        let bucket = try busyBucket(server)
        // A request is in the log when it has ended; one that hangs is known by the fault it meets.
        let hangs = Atomic(false)
        server.inject(.silence(operation == "UploadPart" ? .inBody : .beforeReading)) { request in
            if request.operation == operation { hangs.store(true, ordering: .relaxed) }
            return request.operation == operation
        }
        let process = try bucket.start(.export, Self.events)
        while !hangs.load(ordering: .relaxed), !process.hasEnded { usleep(10_000) }
        let start = Self.milliseconds()
        process.send(SIGTERM)
        let run = JobRun(try process.wait())
        #expect(Contention.allows(Self.milliseconds() - start, atMost: 4_000))
        #expect(run.status == 143, "\(run)")
        #expect(run["status"].string == "interrupted")
        #expect(run["error.retryable"] == .bool(true))
        // It was that request which hung.
        #expect(server.requests.contains { $0.operation == operation && !$0.replied })
        #expect(server.openUploads() == [])
        #expect(server.keys(prefix: "p/org_demo/jobs/j/") == [Self.manifest])
        server.clearFaults()
        try expectWhole(server, bucket.run(.export, Self.events))
    }

    @Test("A cancellation that arrives when the job has just ended says so, and leaves no marker")
    func lateCancellation() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        let isUploading = Atomic(false)
        server.inject(.delay(seconds: 2, .beforeReply)) { request in
            guard request.method == "PUT", request.key.hasSuffix(".csv") else { return false }
            isUploading.store(true, ordering: .relaxed)
            return true
        }
        server.inject(.delay(seconds: 6, .beforeReading)) { $0.method == "PUT" && $0.key.hasSuffix("/cancel") }
        let process = try bucket.start(.export, Self.small)
        while !isUploading.load(ordering: .relaxed), !process.hasEnded { usleep(10_000) }
        let cancelling = try bucket.bench.run(.export, ["cancel", "--org", "org_demo", "--job", "j"])
        #expect(cancelling.status == 64 && cancelling.failureCode == "already_finished", "\(cancelling)")
        try expectWhole(server, JobRun(process.wait()))
    }

    @Test("A job that was frozen, and whose connections are all gone when it wakes, finishes")
    func frozen() throws {
        let server = try FakeS3(.aws)
        let bucket = try busyBucket(server)
        let process = try bucket.start(.export, Self.events, variables: ["JOB_LEASE_SECONDS": "60"])
        while server.openUploads() == [] { usleep(5_000) }
        process.send(SIGSTOP)
        sleep(15)
        // Replies get lost on whatever connection was open.
        server.inject(.reset(.beforeReading), times: 3) { _ in true }
        process.send(SIGCONT)
        try expectWhole(server, JobRun(process.wait()))
    }

    @Test("A bucket that stands in the host name is read, written and linked to")
    func virtualHost() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(
            .demo, on: server, endpoint: "http://localhost:\(server.port)", options: "addressing=virtual")
        let run = try bucket.run(.export, Self.small)
        try expectWhole(server, run)
        #expect(server.requests.allSatisfy { $0.headers["host"] == "bucket.localhost:\(server.port)" })
        let url = run["downloadUrl"].string ?? ""
        #expect(try Tool.sha256(Bucket.curl([url]).output) == run["files.0.sha256"].string)
    }

    @Test("With --check-store a job does not begin on a store that ignores conditions")
    func checkStore() throws {
        for (mode, status) in [(FakeS3.Mode.minioOld, Int32(78)), (.aws, 0)] {
            let server = try FakeS3(mode)
            let bucket = try Bucket(.demo, on: server)
            let run = try bucket.run(.export, Self.small, ["--check-store"])
            #expect(run.status == status, "\(run)")
            #expect((run.failureCode == "store_selftest_failed") == (status != 0))
            #expect(server.keys(prefix: "p/org_demo").isEmpty == (status != 0))
        }
    }

    @Test("A thousand updates over connections that close at random are all stored, in memory that does not grow")
    func memory() throws {
        let server = try FakeS3(.aws)
        server.closeIdleRandomly(probability: 0.1, seed: 3)
        let run = try Bucket(.none, on: server).bench.run(.probe, ["update", "k", "1000"])
        #expect(run.status == 0, "\(run.text)")
        #expect(server.object("p/k")?.bytes == Array(#"{"number":1000}"#.utf8))
        let growth = Int(run.text.split(separator: "\n").first ?? "") ?? Int.max
        #expect(growth <= 5_000_000, "\(growth)")
        print("memory grew by \(growth) bytes in 900 updates over \(server.connections) connections")
    }

    @Test("A store that is away at the end of an import is exit code 74, and the next run publishes without loading")
    func unpublished() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.empty, on: server)
        server.put("p/org_demo/uploads/f", Array("id,email\nc1,a@example.com\n".utf8))
        // The first two prove, before the work, what the store does with conditions.
        let updates = Mutex(0)
        server.inject(.respond(status: 503, code: "ServiceUnavailable"), times: 1_000) { request in
            guard request.method == "PUT", request.headers["if-match"] != nil else { return false }
            return updates.withLock { count in
                count += 1
                return count > 2
            }
        }
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"uploads/f""#
        let run = try bucket.run(.import, spec, variables: KillScene.lease)
        #expect(run.status == 74, "\(run)")
        #expect(run.failureCode == "status_unpublished")
        #expect(try bucket.bench.number("SELECT count(*) FROM contacts") == 1)
        server.clearFaults()
        let again = try bucket.run(.import, spec, variables: KillScene.lease)
        #expect(again.status == 0, "\(again)")
        #expect(again.count("inserted") == 1)
        #expect(try bucket.bench.number("SELECT count(*) FROM contacts") == 1)
    }

    private static func milliseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}

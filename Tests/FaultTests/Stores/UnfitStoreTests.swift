internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Whole jobs on stores that take conditions in another way than the standard's, or not at all.
@Suite("Jobs with stores that differ", .serialized)
struct UnfitStoreTests {
    private static let members = #""jobId":"j","resource":"contacts","format":"csv""#
    private static let manifest = "p/org_demo/jobs/j/manifest.json"

    private static func server(_ conditions: FakeS3.Conditions) throws -> FakeS3 {
        var options = FakeS3.Options(.aws)
        options.conditions = conditions
        return try FakeS3(options)
    }

    private func isAnyData(_ server: FakeS3) -> Bool {
        server.requests.contains { $0.key.hasSuffix(".csv") || $0.operation == "CreateMultipartUpload" }
    }

    @Test("A store that takes If-Match only without quotes gets its jobs done, exports and imports")
    func bare() throws {
        let server = try Self.server(.bare)
        let bucket = try Bucket(.demo, on: server)
        let run = try bucket.run(.export, Self.members)
        #expect(run.status == 0, "\(run)")
        server.put("p/org_demo/uploads/f.csv", Array("id,email\nx1,a@example.com\n".utf8))
        let load = #""jobId":"i","resource":"contacts","sourceKey":"f.csv""#
        #expect(try bucket.run(.import, load, ["prepare"]).status == 0)
        let imported = try bucket.run(.import, load)
        #expect(imported.status == 0 && imported.count("inserted") == 1, "\(imported)")
    }

    @Test(
        "A store without working conditions ends every job at once with 78 and the condition's name, before any work",
        arguments: [FakeS3.Conditions.refused, .ignored, .updatesIgnored, .unknown], [false, true])
    func unfit(conditions: FakeS3.Conditions, isPrepared: Bool) throws {
        let server = try Self.server(conditions)
        let bucket = try Bucket(.demo, on: server)
        if isPrepared {
            let prepared = try bucket.run(.export, Self.members, ["prepare"])
            // Its entry in the audit log needs updates too.
            let isRefused = conditions == .unknown || conditions == .refused
            #expect(prepared.status == (isRefused ? 78 : 0), "\(prepared)")
        }
        server.clearRequests()
        let start = FaultScene.now()
        let run = try bucket.run(.export, Self.members)
        #expect(FaultScene.now() - start < 5_000_000)
        #expect(run.status == 78, "\(run)")
        #expect(run.failureCode == "store_conditions_missing", "\(run)")
        #expect(run.messages.contains("condition If-"), "\(run)")
        #expect(run.hasHint)
        #expect(!isAnyData(server))
        #expect(server.requests.count < 30, "\(server.requests.map(\.operation))")
    }

    @Test("Eight processes of one job on a store that ignores conditions: none of them has a result")
    func ignoredByAll() throws {
        let server = try Self.server(.ignored)
        let bucket = try Bucket(.demo, on: server)
        let processes = try (0..<8).map { _ in try bucket.start(.export, Self.members) }
        for process in processes {
            let run = JobRun(try process.wait())
            // Whoever comes late may see that another one runs or has failed, but nobody exports.
            #expect(run.status == 78 || run.status == 75, "\(run)")
        }
        #expect(!isAnyData(server))
    }

    @Test("rclone is refused by name, not found out by lost results")
    func rclone() throws {
        let bucket = try Bucket(.demo, on: Servers.get(.rclone), prefix: "unfit")
        let run = try bucket.run(.export, Self.members)
        #expect(run.status == 78 && run.failureCode == "store_conditions_missing", "\(run)")
        #expect(run.messages.contains("ignores the condition If-None-Match"))
    }

    @Test("A manifest that changes each time is given up after few tries; a deadline is heard meanwhile")
    func contended() throws {
        for (members, status, code) in [("", Int32(75), "claim_refused"), (deadline(3), 124, "deadline")] {
            let server = try Self.server(.honoured)
            let bucket = try Bucket(.demo, on: server)
            #expect(try bucket.run(.export, Self.members + members, ["prepare"]).status == 0)
            let bytes = try #require(server.object(Self.manifest)).bytes
            for number in 0..<200 {
                let other = bytes + [UInt8](repeating: 0x20, count: (number + 1) % 2)
                server.inject(.replaceObject(with: other)) {
                    $0.key == Self.manifest && $0.method == "PUT" && $0.headers["if-match"] != nil
                }
            }
            server.clearRequests()
            let run = try bucket.run(.export, Self.members + members)
            #expect(run.status == status && run.failureCode == code, "\(run)")
            #expect(server.requests.filter { $0.key == Self.manifest }.count < 45)
        }
    }

    private func deadline(_ seconds: Int) -> String {
        #","notAfter":"\#(EndTests.timestamp(secondsFromNow: seconds))""#
    }

    @Test("A file that arrives after the end of its job was decided is not left", arguments: ["cancel", "notAfter"])
    func lateFile(end: String) throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        // The request is taken at once, but takes effect later.
        server.inject(.delay(seconds: 3.2, .beforeReading)) { $0.key.hasSuffix(".csv") && $0.method == "PUT" }
        let members = Self.members + (end == "notAfter" ? deadline(3) : "")
        let process = try bucket.start(.export, members)
        if end == "cancel" {
            while server.object(Self.manifest) == nil { usleep(10_000) }
            usleep(200_000)
            #expect(try bucket.bench.run(.export, ["cancel", "--org", "org_demo", "--job", "j"]).status == 0)
        }
        let run = JobRun(try process.wait())
        #expect(run.status == (end == "cancel" ? 80 : 124), "\(run)")
        usleep(1_500_000)
        // Whatever was later than the job itself goes with the next launch, which says the same.
        let again = try bucket.run(.export, members)
        #expect(again.status == run.status, "\(again)")
        #expect(server.keys(prefix: "p/org_demo/jobs/j/").filter { $0.hasSuffix(".csv") } == [], "\(again)")
    }

    @Test("A job waits for a store that is restarted", arguments: [Program.export, .import])
    func restarted(program: Program) throws {
        let first = try FakeS3(.aws)
        let port = first.port
        let bucket = try Bucket(.demo, on: first)
        first.stop()
        let members = program == .export ? Self.members : #""jobId":"j","resource":"contacts","sourceKey":"f.csv""#
        let process = try bucket.start(program, members)
        sleep(7)
        let second = try FakeS3(FakeS3.Options(.aws), port: port)
        second.put("p/org_demo/uploads/f.csv", Array("id,email\nx1,a@example.com\n".utf8))
        let run = JobRun(try process.wait())
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("refuses connections"))
        // SIGTERM is heard while a store is waited for.
        second.stop()
        let other = try bucket.start(program, members.replacing(#""j""#, with: #""k""#))
        sleep(2)
        other.send(SIGTERM)
        let start = FaultScene.now()
        #expect(try other.wait().status == 143)
        #expect(FaultScene.now() - start < 4_000_000)
    }

    @Test("An export that was overtaken in its completion ends with 75")
    func overtaken() throws {
        let server = try FakeS3(.aws)
        let bucket = try StrictBucketTests().busyBucket(server)
        server.inject(.delay(seconds: 1.5, .beforeReading), operation: "CompleteMultipartUpload")
        let events = #""jobId":"j","resource":"events","format":"csv""#
        let variables = ["JOB_LEASE_SECONDS": "1"]
        let first = try bucket.start(.export, events, variables: variables)
        while server.openUploads() == [] { usleep(5_000) }
        usleep(300_000)
        first.send(SIGSTOP)
        let second = try bucket.run(.export, events, variables: variables)
        #expect(second.status == 0, "\(second)")
        server.inject(.respond(status: 400, code: "InvalidPart"), times: 5, operation: "CompleteMultipartUpload")
        first.send(SIGCONT)
        let late = JobRun(try first.wait())
        #expect(late.status == 75 && late.failureCode == "lease_lost", "\(late)")
        #expect(server.openUploads() == [])
        #expect(server.keys(prefix: "p/org_demo/jobs/j/").filter { $0.hasSuffix(".csv") }.count == 1)
    }
}

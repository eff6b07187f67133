internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("The manifest and the same job again")
struct IdempotencyTests {
    private static let spec = #""jobId":"job-1","resource":"workflows","format":"csv","compression":"gzip""#

    /// The members of a manifest in section order, from the contract.
    private static let members = [
        "manifestVersion", "kind", "jobId", "orgId", "resource", "format", "status", "outcome", "progress",
        "timeLeftSeconds", "downloadUrl", "downloadUrlExpiresAt", "counts", "files", "rejects", "report", "preview",
        "notes", "error", "spec", "specSha256", "actor", "attempt", "attemptId", "leaseExpiresAt", "owner", "createdAt",
        "startedAt", "updatedAt", "finishedAt", "stats", "toolVersion",
    ]

    @Test("The peak of memory is that of the job, not of the program that became it")
    func memory() throws {
        let bench = try Workbench(.small)
        let script = "import os, sys; x = bytearray(b'x' * (300 << 20)); os.execv(sys.argv[1], sys.argv[1:])"
        let result = try ChildProcess.run(
            "python3", ["-c", script, Program.export.path], input: Array(Workbench.spec(Self.spec).utf8),
            workingFolder: bench.folder.path)
        let run = JobRun(result)
        #expect(run.status == 0, "\(run)")
        #expect((1 << 20..<200 << 20).contains(run["stats.peakMemoryBytes"].int ?? 0), "\(run["stats"])")
    }

    @Test("The manifest has exactly the members of the contract, on standard output and in the store")
    func members() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(Self.spec)
        #expect(run.manifest.names == Self.members)
        #expect(
            run["counts"].names == [
                "rowsTotal", "rowsRead", "rowsWritten", "inserted", "updated", "skipped", "rejected", "unprocessed",
                "bytesRead", "bytesWritten",
            ])
        let file = ["key", "name", "rows", "bytes", "sha256", "contentType", "compression", "url"]
        #expect(run["files.0"].names == file)
        #expect(run["stats"].names == ["durationMs", "rowsPerSecond", "peakMemoryBytes", "stages"])
        #expect(run["stats.stages"].names.sorted() == ["encode", "read", "upload"])
        #expect(run["actor"].names == ["id", "role"])
        #expect(run["actor.role"].string == "ADMIN")
        #expect(run["manifestVersion"].int == 1)
        #expect(run["progress"].int == 100)
        #expect(run["kind"].string == "export")
        #expect(run["outcome"].string == "success")
        #expect(run["files.0.contentType"].string == "text/csv")
        #expect(run["leaseExpiresAt"] == .null)
        #expect(run["error"] == .null)
        #expect(try run.output == bench.object("org_demo/jobs/job-1/manifest.json"))
    }

    @Test("Standard output holds exactly one line, and the link in it leads to the file")
    func standardOutput() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(Self.spec)
        #expect(run.output.last == 0x0A)
        #expect(run.output.count { $0 == 0x0A } == 1)
        let url = try #require(run["downloadUrl"].string)
        #expect(url.hasPrefix("file:///"))
        #expect(try TemporaryFolder.read(String(url.dropFirst("file://".count))) == bench.result(run))
    }

    @Test("The same job again answers with the same bytes and stores nothing new")
    func again() throws {
        let bench = try Workbench(.small)
        let first = try bench.export(Self.spec)
        let objects = try bench.objects()
        // The file, the report and the manifest.
        #expect(objects.count == 3)
        // The order of the members does not make another spec.
        let reordered = #""compression":"gzip","format":"csv","resource":"workflows","jobId":"job-1""#
        for spec in [Self.spec, Self.spec, reordered] {
            let again = try bench.export(spec)
            #expect(again.status == 0)
            #expect(again.output == first.output)
            #expect(try bench.objects() == objects)
        }
    }

    @Test("The same job id with another spec is refused and changes nothing")
    func otherSpec() throws {
        let bench = try Workbench(.small)
        let first = try bench.export(Self.spec)
        let objects = try bench.objects()
        let other = Self.spec.replacing("workflows", with: "audiences")
        for run in [
            try bench.export(other), try bench.run(.export, ["prepare"], spec: Workbench.spec(other)),
            try bench.load(#""jobId":"job-1","resource":"contacts","sourceKey":"x""#),
        ] {
            #expect(run.status == 64)
            #expect(run.failureCode == "idempotency_mismatch")
            #expect(run.output.isEmpty)
        }
        #expect(try bench.objects() == objects)
        #expect(try bench.object("org_demo/jobs/job-1/manifest.json") == first.output)
    }

    @Test("Without a job id every run is a job of its own, and ids sort by time")
    func freshIds() throws {
        let bench = try Workbench(.small)
        let spec = #""resource":"workflows","format":"jsonl""#
        let ids = try (0..<3).map { _ in try bench.export(spec)["jobId"].string ?? "" }
        #expect(Set(ids).count == 3)
        #expect(ids == ids.sorted())
        #expect(ids.allSatisfy { $0.count == 26 })
    }

    @Test("The spec comes from a file, the environment or standard input")
    func specSources() throws {
        let bench = try Workbench(.small)
        let spec = Workbench.spec(Self.spec)
        try bench.folder.write(spec, to: "spec.json")
        let first = try bench.run(.export, ["--spec", "spec.json"])
        #expect(first.status == 0)
        #expect(try bench.run(.export, ["run", "--spec", "spec.json"]).output == first.output)
        #expect(try bench.run(.export, ["--spec", "-"], spec: spec).output == first.output)
        #expect(try bench.run(.export, variables: ["JOB_SPEC": spec]).output == first.output)
        let missing = try bench.run(.export, ["--spec", "none.json"])
        #expect(missing.status == 66)
        #expect(missing.failureCode == "file_unreadable")
    }
}

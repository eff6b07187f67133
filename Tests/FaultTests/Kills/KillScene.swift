internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// A job that is killed and launched again, until it is done, beside an undisturbed run of the same job.
final class KillScene {
    /// Half a second without a sign of life, and the next process takes over.
    static let lease = ["JOB_LEASE_SECONDS": "0.5"]

    let program: Program
    let spec: String
    let bench: Workbench
    /// Stored and shown by the undisturbed run.
    let expected: Outcome
    /// Microseconds the undisturbed run took.
    let duration: Int

    /// What a job leaves behind, without what differs from run to run.
    struct Outcome: Equatable {
        var digests: [String]
        /// Rows and stored bytes of each file.
        var sizes: [[Int]]
        /// Digests of what is in compressed files.
        var contents: [String]
        var counts: [Int]
        var rejects: String
        var tables: String
    }

    /// Prepares two benches alike and runs the job undisturbed in one of them.
    init(_ program: Program, _ spec: String, prepare: () throws -> Workbench) throws {
        self.program = program
        self.spec = Workbench.spec(spec)
        let undisturbed = try prepare()
        let start = Self.now()
        let run = try undisturbed.run(program, spec: self.spec)
        duration = Self.now() - start
        try #require(run.status == 0, "\(run)")
        expected = try Self.outcome(run, undisturbed)
        bench = try prepare()
    }

    /// Starts the job and kills it after so many microseconds; says whether it was still running.
    func kill(after microseconds: Int) throws -> Bool {
        let process = try bench.start(program, spec: spec, variables: Self.lease)
        usleep(UInt32(microseconds))
        process.send(SIGKILL)
        return try process.wait().status == 128 + SIGKILL
    }

    /// Launches the job again, checks that nothing tells it from the undisturbed one, and returns that last run.
    @discardableResult
    func expectRecovery(_ note: String, besideAnother: Bool = false) throws -> JobRun {
        let run = try bench.run(program, spec: spec, variables: Self.lease)
        #expect(run.status == 0, "\(note): \(run)")
        #expect(run["status"].string == "completed", "\(note)")
        let found = try Self.outcome(run, bench)
        #expect(found == expected, "\(note): \(found)")
        let folder = "org_demo/jobs/\(run["jobId"].string ?? "")/"
        let attempt = folder + (run["attemptId"].string ?? "") + "/"
        let objects = try bench.objects(below: folder)
        #expect(objects.filter { !$0.hasPrefix(attempt) } == [folder + "manifest.json"], "\(note)")
        #expect(objects.contains(attempt + "report.html"), "\(note): \(objects)")
        #expect(objects.count == 2 + expected.digests.count, "\(note): \(objects)")
        // A process that is alive keeps its own.
        #expect(try besideAnother || bench.stagingFiles() == [], "\(note)")
        #expect(try bench.object(folder + "manifest.json") == run.output, "\(note)")
        return run
    }

    /// Makes the bench as it was before the job, for the next kill.
    func reset(_ statements: String = "") throws {
        _ = try Tool.run("rm", ["-rf", bench.storePath + "/org_demo/jobs", bench.storePath + "/.dataio/staging"])
        if !statements.isEmpty { try bench.sql(statements) }
    }

    private static func outcome(_ run: JobRun, _ bench: Workbench) throws -> Outcome {
        var digests = try run["files"].elements.map { try Tool.sha256(bench.object($0.at("key").string ?? "")) }
        #expect(digests == run["files"].elements.map { $0.at("sha256").string ?? "" })
        let sizes = run["files"].elements.map { [$0.at("rows").int ?? -1, $0.at("bytes").int ?? -1] }
        let contents = try run["files"].elements.map { file in
            let bytes = try bench.object(file.at("key").string ?? "")
            return try Tool.sha256(
                file.at("compression").string == "gzip" ? Tool.run("gzip", ["-dc"], input: bytes) : bytes)
        }
        if let key = run["rejects.key"].string { digests.append(try Tool.sha256(bench.object(key))) }
        let names = ["rowsRead", "rowsWritten", "inserted", "skipped", "rejected"]
        let query =
            "SELECT count(*), sum(length(id)), min(id), max(id) FROM contacts; SELECT count(*) FROM import_rejects;"
        return Outcome(
            digests: digests, sizes: sizes, contents: contents, counts: names.map { run.count($0) },
            rejects: run["rejects.byCode"].serialized(),
            tables: try bench.sql(query))
    }

    private static func now() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}

extension KillScene {
    /// An export of the demo organisation's events in several compressed files.
    static func export() throws -> KillScene {
        let spec = #""jobId":"j","resource":"events","format":"csv","compression":"gzip","maxFileBytes":300000"#
        return try KillScene(.export, spec) { try Workbench(.demo) }
    }

    /// An import of 45,000 rows, which takes three commits, with bad rows and rows that are there twice.
    ///
    /// With `padding`, a field of so many bytes in each row, the source comes in more batches and takes longer.
    static func load(rowCount: Int = 45_000, padding: Int = 0) throws -> KillScene {
        let company = String(repeating: "x", count: padding)
        let rows = (0..<rowCount).map { number in
            number % 1_000 == 7
                ? "c\(number),u\(number)@example.com,never,\n"
                : number % 1_000 == 8
                    ? "c\(number - 5),twice@example.com,,\n"
                    : "c\(number),u\(number)@example.com,2026-04-01T00:00:00Z,\(company)\n"
        }.joined()
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f","skipDuplicates":true"#
        return try KillScene(.import, spec) {
            let bench = try Workbench(.empty)
            try bench.upload("id,email,created_at,company\n" + rows, as: "f")
            return bench
        }
    }

    /// Undoes a load.
    static let emptyTables = "DELETE FROM contacts; DELETE FROM import_ledger; DELETE FROM import_rejects;"
}

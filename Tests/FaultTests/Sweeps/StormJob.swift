internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// A kind of job that storms go over, and what it comes to when none does.
struct StormJob: Sendable {
    /// Which kind.
    enum Kind: String, CaseIterable, Sendable {
        /// Several compressed files.
        case files
        /// A large table by several connections, in one upload of several parts.
        case ranges
        /// The same in several compressed files.
        case rangeFiles
        case insert, upsert, atomic, dryRun
    }

    let kind: Kind
    let world: StormWorld
    /// What an undisturbed job comes to.
    let expected: String
    /// Microseconds it takes.
    let duration: Int

    /// Does the job once, undisturbed.
    init(_ kind: Kind, in world: StormWorld) throws {
        self.kind = kind
        self.world = world
        let launch = try Self.prepare(kind, world, "undisturbed")
        let start = FaultScene.now()
        let run = JobRun(try Self.start(kind, world, launch).wait())
        duration = FaultScene.now() - start
        try #require(run.status == 0, "\(kind): \(run)")
        let (place, left) = try world.look(org: launch.org, job: launch.job)
        expected = try InvariantChecker.describe(place)
        let problems = try InvariantChecker.final(place, expected: expected) + left
        try #require(problems == [], "\(kind)")
        try discard(launch)
    }

    var isImport: Bool { Self.program(kind) == .import }
    /// Rows that the organisation of an import has before it.
    let rowsBefore = 11
    var isMultipart: Bool { kind == .ranges }
    var mayCommit: Bool { isImport && kind != .dryRun }

    private static func program(_ kind: Kind) -> Program {
        switch kind {
        case .files, .ranges, .rangeFiles: .export
        case .insert, .upsert, .atomic, .dryRun: .import
        }
    }

    private static func members(_ kind: Kind) -> String {
        let load = #""resource":"contacts","sourceKey":"f""#
        return switch kind {
        case .files: #""resource":"contacts","format":"csv","compression":"gzip","maxFileBytes":20000"#
        case .ranges: #""resource":"events","format":"csv""#
        case .rangeFiles: #""resource":"events","format":"csv","compression":"gzip","maxFileBytes":1000000"#
        case .insert: load + #","skipDuplicates":true"#
        case .upsert: load + #","mode":"upsert""#
        case .atomic: load + #","skipDuplicates":true,"atomic":true"#
        case .dryRun: load + #","skipDuplicates":true,"dryRun":true"#
        }
    }

    /// What exports read.
    static func fill(_ world: StormWorld) throws {
        // Pages that are nearly empty make a few rows a large table.
        try world.sql(
            """
            INSERT INTO contacts (org_id, id, email, company)
            SELECT 'org_demo', 'c' || i, 'u' || i || '@example.com', repeat(md5(i::text), 2) || ', "ä"'
            FROM generate_series(1, 3000) i;
            ALTER TABLE events SET (fillfactor = 10);
            INSERT INTO events (org_id, id, profile_id, name, occurred_at, session_id, revenue)
            SELECT 'org_demo', md5(i::text)::uuid, 'p' || i % 1000, 'viewed', timestamptz '2026-01-01Z' + i * interval '1 s',
              (SELECT string_agg(md5((i * 40 + j)::text), '') FROM generate_series(1, 40) j), (i % 1000)::numeric / 100
            FROM generate_series(1, 5000) i;
            ANALYZE events; ANALYZE contacts;
            """)
    }

    /// A file with rows for several commits, rows that are rejected and rows that are there twice.
    private static let source = Result {
        var random = SeededRandom(seed: 1)
        // Random enough to be no bomb, and repeated, because random numbers take their time.
        let block = String(decoding: (0..<20_000).map { _ in UInt8(97 + random.next() % 26) }, as: UTF8.self)
        let padding = String(repeating: block, count: 55)
        var text = "id,email,created_at,company\n"
        for number in 0..<60 {
            // Chunks end with their bytes.
            let isLarge = number % 5 == 4
            let id = number % 10 == 8 ? number - 5 : number % 10 == 4 ? 0 : number
            let time = number % 10 == 7 ? "never" : "2026-04-01T00:00:00Z"
            text += "c\(id),u\(number)@example.com,\(time),\(isLarge ? padding : String(block.prefix(20)))\n"
        }
        return try Tool.run("gzip", ["-c"], input: Array(text.utf8))
    }

    /// A new job, ready to be launched; each import has an organisation of its own.
    func prepare(_ number: String) throws -> FaultScene.Launch { try Self.prepare(kind, world, number) }

    private static func prepare(_ kind: Kind, _ world: StormWorld, _ number: String) throws -> FaultScene.Launch {
        let job = "\(kind.rawValue.lowercased())-\(number)"
        guard program(kind) == .import else { return FaultScene.Launch(org: "org_demo", job: job) }
        let launch = FaultScene.Launch(org: "o-" + job, job: job)
        try world.upload(source.get(), as: "f", org: launch.org)
        // Some rows are there already.
        try world.sql(
            """
            INSERT INTO contacts (org_id, id, email, company)
            SELECT '\(launch.org)', 'c' || i, 'old' || i || '@example.com', 'old' FROM generate_series(10, 20) i;
            """)
        return launch
    }

    /// Forgets the rows of a job.
    func discard(_ launch: FaultScene.Launch) throws {
        if isImport { try world.sql("DELETE FROM contacts WHERE org_id = '\(launch.org)';") }
    }

    /// Starts the job.
    func start(_ launch: FaultScene.Launch, variables: [String: String] = [:]) throws -> ChildProcess {
        try Self.start(kind, world, launch, variables: variables)
    }

    private static func start(
        _ kind: Kind, _ world: StormWorld, _ launch: FaultScene.Launch, variables: [String: String] = [:]
    ) throws -> ChildProcess {
        let actor = #","actor":{"id":"u1","role":"ADMIN","plan":"growth"}"#
        let spec = Workbench.spec(#""jobId":"\#(launch.job)","# + members(kind) + actor, org: launch.org)
        let proof = ["JOB_SPEC_SIGNATURE": try Bucket.signature(spec, program(kind))]
        let all = [world.variables, proof, ["JOB_LEASE_SECONDS": String(StormRound.lease)], variables]
            .reduce(into: [:]) { $0.merge($1) { $1 } }
        return try world.bench.start(program(kind), spec: spec, variables: all)
    }

    /// Asks for the job to be cancelled.
    func startCancelling(_ launch: FaultScene.Launch) throws -> ChildProcess {
        try world.bench.start(
            Self.program(kind), ["cancel", "--org", launch.org, "--job", launch.job], variables: world.variables)
    }
}

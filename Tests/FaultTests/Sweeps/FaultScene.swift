internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// One kind of job in one world, done undisturbed once and then again and again with disturbances, each time as a job of
/// its own.
final class FaultScene: Sendable {
    /// What a launch came to.
    enum Ending: Equatable, CustomStringConvertible {
        case exit(Int32)
        case killed

        var description: String {
            switch self {
            case .exit(let code): "exit \(code)"
            case .killed: "killed"
            }
        }
    }

    /// Exit codes with which a job may end that was disturbed: done, out of something, not published, temporary, an
    /// impossible answer, not permitted by the system, interrupted.
    static let tolerated: Set<Int32> = [0, 71, 74, 75, 76, 77, 130, 143]
    /// A dead owner is known to be dead; one that is alive and silent is waited for so long.
    static let lease = ["JOB_LEASE_SECONDS": "1"]

    let program: Program
    let world: any FaultWorld
    private let members: String
    /// What an undisturbed job comes to.
    let expected: String
    /// Microseconds it takes.
    let duration: Int
    /// Each job of an import has an organisation of its own, with this file.
    private let source: [UInt8]?

    private init(_ program: Program, in world: any FaultWorld, _ members: String, source: [UInt8]?) throws {
        self.program = program
        self.world = world
        self.members = members
        self.source = source
        let launch = Launch(org: source == nil ? "org_demo" : "undisturbed", job: "undisturbed")
        if let source { try world.upload(source, as: "f", org: launch.org) }
        let start = Self.now()
        let run = try Self.start(program, world, members, launch).wait()
        duration = Self.now() - start
        try #require(run.status == 0, "\(JobRun(run))")
        expected = try InvariantChecker.describe(world.place(org: launch.org, job: launch.job))
    }

    /// An export of some twenty files.
    static func export(in world: any FaultWorld) throws -> FaultScene {
        let rows = (0..<3_000).map {
            "('org_demo','c\($0)','u\($0)@example.com','\(String(repeating: "ä,\"", count: 9))')"
        }
        try world.sql(
            "DELETE FROM contacts WHERE org_id = 'org_demo'; INSERT INTO contacts (org_id, id, email, company) VALUES "
                + rows.joined(separator: ",") + ";")
        let spec = #""resource":"contacts","format":"csv","maxFileBytes":10000"#
        return try FaultScene(.export, in: world, spec, source: nil)
    }

    /// An import with several commits, rows that are rejected and rows that are there twice.
    static func load(in world: any FaultWorld) throws -> FaultScene {
        var text = "id,email,created_at,company\n"
        for number in 0..<40 {
            // A chunk ends with its bytes: rows that are there already make large chunks, and few pages of a database.
            let isLarge = number % 5 == 4
            let id = isLarge ? 0 : number % 10 == 8 ? number - 5 : number
            let padding = String(repeating: "x", count: isLarge ? 1_100_000 : 20)
            let time = number % 10 == 7 ? "never" : "2026-04-01T00:00:00Z"
            text += "c\(id),u\(number)@example.com,\(time),\(padding)\n"
        }
        let spec = #""resource":"contacts","sourceKey":"f","skipDuplicates":true"#
        return try FaultScene(.import, in: world, spec, source: Array(text.utf8))
    }

    var name: String { "\(program == .export ? "export" : "import"), \(world.name)" }

    /// Which job of which organisation.
    struct Launch: Sendable {
        let org: String
        let job: String
    }

    /// A new job, ready to be launched.
    func make(_ number: String) throws -> Launch {
        guard let source else { return Launch(org: "org_demo", job: "j" + number) }
        let launch = Launch(org: "o" + number, job: "j" + number)
        try world.upload(source, as: "f", org: launch.org)
        return launch
    }

    /// Forgets rows and source of an import: the next ones would drown in them.
    func discard(_ launch: Launch) throws {
        if source == nil { return }
        try world.removeUpload("f", org: launch.org)
        try world.sql("DELETE FROM contacts WHERE org_id = '\(launch.org)';")
    }

    /// Starts the job; `before` is a program that runs it.
    func start(_ launch: Launch, before: [String] = [], variables: [String: String] = [:]) throws -> ChildProcess {
        try Self.start(program, world, members, launch, before: before, variables: variables)
    }

    private static func start(
        _ program: Program, _ world: any FaultWorld, _ members: String, _ launch: Launch, before: [String] = [],
        variables: [String: String] = [:]
    ) throws -> ChildProcess {
        let actor = #","actor":{"id":"u1","role":"ADMIN","plan":"growth"}"#
        let spec = Workbench.spec(#""jobId":"\#(launch.job)","# + members + actor, org: launch.org)
        let proof = ["JOB_SPEC_SIGNATURE": try Bucket.signature(spec, program)]
        let all = [world.variables, lease, proof, variables].reduce(into: [:]) { $0.merge($1) { $1 } }
        let command = before + [program.path]
        return try ChildProcess(
            command[0], Array(command.dropFirst()), input: Array(spec.utf8), environment: all,
            workingFolder: world.bench.folder.path)
    }

    /// What is wrong with the job at this moment.
    func instantProblems(_ launch: Launch) throws -> [String] {
        try InvariantChecker.instant(world.place(org: launch.org, job: launch.job))
    }

    /// Launches the job undisturbed until it is done; says what is wrong then.
    func recover(_ launch: Launch) throws -> [String] {
        var runs: [JobRun] = []
        for _ in 0..<3 {
            let run = JobRun(try start(launch).wait())
            runs.append(run)
            if run.status == 0 { break }
            usleep(100_000)
        }
        guard runs.last?.status == 0 else { return ["it is not done: \(runs)"] }
        return try InvariantChecker.final(world.place(org: launch.org, job: launch.job), expected: expected)
            + world.leftovers(org: launch.org, job: launch.job).map { "left: \($0)" }
    }

    static func now() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}

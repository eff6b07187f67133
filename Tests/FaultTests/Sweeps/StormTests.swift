internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Signals, restarts of both servers, late and lost answers, rivals and cancellation, at random moments of jobs of every
/// kind, on one PostgreSQL and one SeaweedFS.
///
/// By default as many rounds as fit into a minute and a half; `STORM_ROUNDS` says how many, `STORM_SEED` where they begin:
/// alone, it repeats one.
@Suite("Storms", .serialized)
struct StormTests {
    private static let rounds = variable("STORM_ROUNDS").flatMap { UInt64($0) }
    private static let seed = variable("STORM_SEED").flatMap { UInt64($0) }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    @Test("A job that a storm has gone over is done by the next launch, exactly once, and leaves nothing behind")
    func storms() throws {
        let world = try StormWorld()
        try StormJob.fill(world)
        let kinds = StormJob.Kind.allCases
        var jobs: [StormJob.Kind: StormJob] = [:]
        var figures = FaultFigures("storms over jobs")
        let start = FaultScene.now()
        let first = Self.seed ?? 1
        for seed in first..<first + (Self.rounds ?? (Self.seed == nil ? 24 : 1)) {
            if Self.rounds == nil, FaultScene.now() - start > 90_000_000 { break }
            let kind = kinds[Int(seed) % kinds.count]
            let job = try jobs[kind] ?? StormJob(kind, in: world)
            jobs[kind] = job
            let round = try StormRound(job, seed: seed)
            let begin = FaultScene.now()
            let problems = try round.problemsFound()
            figures.count += 1
            figures.violations(round.note, problems)
            let end = problems.isEmpty ? "held" : "BROKEN: \(problems.joined(separator: "; "))"
            FaultFigures.say("\(round.note): \((FaultScene.now() - begin) / 1000) ms, \(end)\n")
        }
        #expect(figures.report() == [])
        #expect(figures.count > 3 || Self.seed != nil)
    }
}

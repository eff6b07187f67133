internal import Glibc
internal import Synchronization
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Random mixes of everything that can go wrong, each from a seed that is printed when something is found.
@Suite("Random faults", .serialized)
struct FaultMixTests {
    /// What happens to one launch of a job.
    private enum Disturbance: CaseIterable {
        case kill, killAtCall, failAtCall, terminate, freeze, twins, proxy, storeFaults, backend
    }

    private static let calls = [
        "write", "pwrite64", "pread64", "fsync", "fdatasync", "renameat", "linkat", "unlinkat", "openat", "fcntl",
        "sendto", "recvfrom", "connect", "sendmsg", "poll", "futex",
    ]
    private static let errors = ["EIO", "ENOSPC", "ECONNRESET", "EACCES", "EAGAIN", "EINTR"]
    /// Microseconds a launch may take that waits for what does not come; then it is killed.
    private static let patience = 5_000_000

    @Test("Jobs that are disturbed in random ways, one to three times, are done by the next launch, exactly once")
    func mixes() throws {
        let scenes = try FaultSweepTests.scenes.map { try FaultSweepTests.scene($0.world, $0.exports) }
        var figures = FaultFigures("random faults")
        let seeds = SweepSize.seed.map { [$0] } ?? (0..<UInt64(SweepSize.runs)).map { 1_000 + $0 }
        var disturbances: [String: Int] = [:]
        for seed in seeds {
            var random = SeededRandom(seed: seed)
            // Half of the runs are on servers, where more can go wrong.
            let scene = scenes[Int(seed % 4)]
            let launch = try scene.make("m\(seed)")
            var story: [String] = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let (what, problems) = try Self.disturb(scene, launch, &random)
                story.append(what)
                disturbances[String(what.prefix { $0 != " " }), default: 0] += 1
                let note = "FAULT_SEED=\(seed) (\(scene.name)): \(story.joined(separator: ", "))"
                figures.violations(note, problems)
                figures.violations(note + ", at once", try scene.instantProblems(launch))
            }
            figures.violations(
                "FAULT_SEED=\(seed) (\(scene.name)): \(story.joined(separator: ", "))", try scene.recover(launch))
            try scene.discard(launch)
            figures.count += 1
        }
        print("random faults: \(disturbances.sorted { $0.key < $1.key })")
        #expect(figures.report() == [])
    }

    /// Launches the job and disturbs it; what was done, and what is wrong with how it ended.
    private static func disturb(
        _ scene: FaultScene, _ launch: FaultScene.Launch, _ random: inout SeededRandom
    ) throws -> (what: String, problems: [String]) {
        let served = (scene.world as? ServedWorld)
        var kinds: [Disturbance] = [.kill, .killAtCall, .failAtCall, .terminate, .freeze, .twins]
        if served != nil { kinds += [.proxy, .proxy, .proxy, .storeFaults, .backend] }
        let moment = Int.random(in: 0...scene.duration, using: &random)
        switch random.pick(kinds) {
        case .kill:
            let process = try scene.start(launch)
            usleep(UInt32(moment))
            process.send(SIGKILL)
            return ("killed after \(moment) µs", problems(try end(process)))
        case .killAtCall:
            let (call, number) = (random.pick(calls), number(&random))
            let strace = trace(call, "signal=SIGKILL", "\(number)")
            return ("killed at \(call) \(number)", problems(try end(scene.start(launch, before: strace))))
        case .failAtCall:
            let (call, error) = (random.pick(calls.filter { $0 != "futex" && $0 != "poll" }), random.pick(errors))
            let when = "\(number(&random))\(random.once(in: 3) ? "+" : "")"
            let ended = try end(scene.start(launch, before: trace(call, "error=\(error)", when)))
            // A program whose libraries cannot be read does not start; files that cannot be opened are no configuration.
            let mayBeUnfit =
                ["openat", "pread64"].contains(call) && [66, 78, 127, 128 + SIGILL].contains(ended.status)
            return ("failed \(call) \(error) \(when)", mayBeUnfit ? [] : problems(ended))
        case .terminate:
            let process = try scene.start(launch)
            usleep(UInt32(moment))
            process.send(random.once(in: 2) ? SIGTERM : SIGINT)
            return ("terminated after \(moment) µs", problems(try end(process)))
        case .freeze:
            let process = try scene.start(launch)
            usleep(UInt32(moment))
            process.send(SIGSTOP)
            let other = try scene.start(launch)
            usleep(UInt32(Int.random(in: 0...2_000_000, using: &random)))
            process.send(SIGCONT)
            return ("frozen after \(moment) µs", problems(try end(process)) + problems(try end(other)))
        case .twins:
            let processes = try (0..<3).map { _ in try scene.start(launch) }
            usleep(UInt32(moment))
            processes[0].send(SIGKILL)
            return ("tripled, one killed after \(moment) µs", try processes.flatMap { problems(try end($0)) })
        case .proxy:
            let server = random.pick(scene.world.servers)
            let toxic = random.pick(FaultProxy.Toxic.allCases)
            let proxy = try FaultProxy(to: server.port, toxic, seed: random.next() % 1_000_000)
            let process = try scene.start(launch, variables: server.variables(proxy.port))
            let ended = try end(process)
            withExtendedLifetime(proxy) {}
            return ("proxy \(toxic) before the \(server.name)", problems(ended))
        case .storeFaults:
            guard let served else { return ("nothing", []) }
            let number = Int.random(in: 1...12, using: &random)
            let faults: [FakeS3.Fault] = [
                .respond(status: 500, code: "InternalError"), .respond(status: 503, code: "SlowDown"),
                .respond(status: 500, code: "InternalError", executed: true), .reset(.beforeReading),
                .reset(.inBody), .reset(.beforeReply), .truncateBody(after: 40), .corruptReceivedBit,
                .lateReply(seconds: 0.2, code: "InternalError"), .lateReply(seconds: 0.2, code: nil),
            ]
            let fault = random.pick(faults)
            let prefix = "\(launch.org)/jobs/\(launch.job)/"
            let left = Countdown(number)
            served.server.inject(fault, times: 1) { $0.key.hasPrefix(prefix) && left.isOver() }
            let ended = try end(scene.start(launch))
            served.server.clearFaults()
            return ("store \(fault) at request \(number)", problems(ended))
        case .backend:
            guard let served else { return ("nothing", []) }
            let process = try scene.start(launch)
            usleep(UInt32(moment))
            let job = "data-io:" + launch.job
            _ = try served.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\(job)'")
            return ("backend terminated after \(moment) µs", problems(try end(process)))
        }
    }

    private static func number(_ random: inout SeededRandom) -> Int {
        // Small numbers more often: calls that come seldom would never be struck.
        Int.random(in: 1...random.pick([3, 10, 40]), using: &random)
    }

    private static func trace(_ call: String, _ what: String, _ when: String) -> [String] {
        [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):\(what):when=\(when)",
        ]
    }

    private static func problems(_ run: JobRun) -> [String] {
        FaultScene.tolerated.contains(run.status) || run.status == 128 + SIGKILL ? [] : ["\(run)"]
    }

    /// Waits for the end, which comes by force when it does not come by itself.
    static func end(_ process: ChildProcess, within patience: Int = patience) throws -> JobRun {
        let deadline = FaultScene.now() + patience
        while !process.hasEnded, FaultScene.now() < deadline { usleep(2_000) }
        if !process.hasEnded { process.sendToAll(SIGKILL) }
        return JobRun(try process.wait())
    }
}

/// Becomes true after so many questions.
private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func isOver() -> Bool {
        left.withLock { left in
            left -= 1
            return left <= 0
        }
    }
}

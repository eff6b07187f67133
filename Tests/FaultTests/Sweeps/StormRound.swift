internal import Dispatch
internal import Formats
internal import Glibc
internal import Synchronization
internal import TestSupport

@testable internal import JobBench

/// One round: a job, what happens to it, and what must hold afterwards.
final class StormRound {
    /// In seconds.
    static let lease = 2
    /// Microseconds a job may take, however often it was disturbed.
    private static let patience = 90_000_000

    let seed: UInt64
    let schedule: StormSchedule
    private let job: StormJob
    private let launch: FaultScene.Launch
    private var random: SeededRandom
    private var processes: [StormProcess] = []
    private var cancelling: ChildProcess?
    /// What is still to be done, by the time of the round.
    private var due: [(at: Int, what: () throws -> Void)] = []
    /// Whoever is asleep has to be woken before the round is over.
    private var sleepers = 0
    private let restarts = DispatchGroup()
    private let failures = StormFailures()
    private var problems: [String] = []
    /// When the job was launched first.
    private var begin = 0

    init(_ job: StormJob, seed: UInt64) throws {
        self.job = job
        self.seed = seed
        random = SeededRandom(seed: seed)
        schedule = StormSchedule(job, &random)
        launch = try job.prepare("r\(seed)")
    }

    var note: String { "STORM_SEED=\(seed) (\(job.kind)): \(schedule)" }

    /// What is wrong, one line each.
    func problemsFound() throws -> [String] {
        let watch = try job.world.store.watch("\(launch.org)/jobs/\(launch.job)/manifest.json")
        do {
            try disturb()
            let (place, _) = try job.world.look(org: launch.org, job: launch.job)
            problems += try InvariantChecker.instant(place).map { "at once: \($0)" }
            try judgeEndings(stored(place))
            try recover()
        } catch {
            _ = try? job.world.server.send(SIGCONT)
            problems.append("\(error)")
        }
        watch.send(SIGKILL)
        judge(try watch.wait().text.split(separator: "\n").compactMap { StormSighting($0) })
        try job.discard(launch)
        return problems + failures.all
    }

    // MARK: - What happens

    /// Launches the job, and has the storm go over it until all of its processes have ended.
    private func disturb() throws {
        var proxies: [AnyObject] = []
        var variables: [String: String] = [:]
        for event in schedule.events {
            switch event.what {
            case .answer(let operation, let number, let delay):
                let server = job.world.servers[0]
                let proxy = try StormProxy(to: server.port, operation, number: number, delay: delay)
                variables.merge(server.variables(proxy.port)) { $1 }
                proxies.append(proxy)
            case .commit(let number, let delay):
                let database = job.world.database
                let proxy = try PostgreSQLProxy(database.server, losesCommit: number, delay: delay ?? 0)
                variables["DATABASE_URL"] = proxy.url(database: database.database)
                proxies.append(proxy)
            default: due.append((event.at, { [unowned self] in try perform(event.what) }))
            }
        }
        begin = FaultScene.now()
        try launchOne(variables)
        while sleepers > 0 || !processes.allSatisfy({ $0.look() }) {
            let time = FaultScene.now() - begin
            due.sort { $0.at < $1.at }
            while let next = due.first, next.at <= time {
                due.removeFirst()
                try next.what()
            }
            if time > Self.patience {
                problems.append("it does not end")
                for process in processes { process.process.sendToAll(SIGKILL) }
                _ = try job.world.server.send(SIGCONT)
                break
            }
            usleep(5_000)
        }
        restarts.wait()
        withExtendedLifetime(proxies) {}
    }

    /// Starts another process of the job.
    private func launchOne(_ variables: [String: String] = [:]) throws {
        processes.append(StormProcess(try job.start(launch, variables: variables)))
    }

    private func later(_ microseconds: Int, _ what: @escaping () throws -> Void) {
        sleepers += 1
        due.append(
            (
                FaultScene.now() - begin + microseconds,
                { [unowned self] in
                    sleepers -= 1
                    try what()
                }
            ))
    }

    private func perform(_ event: StormSchedule.Event) throws {
        let victim = random.pick(processes)
        let world = job.world
        switch event {
        case .kill: victim.send(SIGKILL)
        case .terminate: victim.send(SIGTERM)
        case .freeze(let time):
            victim.freeze()
            try launchOne()
            later(time) { victim.thaw() }
        case .twin: try launchOne()
        case .cancel: cancelling = try job.startCancelling(launch)
        case .databaseRestart(let mode):
            inBackground { try world.database.server.restart(mode) }
        case .storeCrash(let pause):
            inBackground { try world.restartStore(pause: pause) }
        case .storeFreeze(let time):
            try world.server.send(SIGSTOP)
            later(time) { try world.server.send(SIGCONT) }
        case .answer, .commit: break
        }
    }

    private func inBackground(_ work: @escaping @Sendable () throws -> Void) {
        DispatchQueue.global().async(group: restarts) { [failures] in
            do { try work() } catch { failures.add("\(error)") }
        }
    }

    // MARK: - What must hold

    private func stored(_ place: InvariantChecker.Place) throws -> JSONValue {
        let path = "\(place.store)/\(launch.org)/jobs/\(launch.job)/manifest.json"
        guard let bytes = try? TemporaryFolder.read(path) else { return .null }
        return (try? JSONValue(parsing: bytes)) ?? .null
    }

    /// How the processes have ended, and what the manifest says when they have.
    private func judgeEndings(_ manifest: JSONValue) throws {
        for process in processes {
            let run = try process.result()
            if !isHonest(run.status, process.signals) { problems.append("\(run)") }
            if run.status == 0, manifest.at("status").string != "completed" {
                problems.append("exit 0, and the manifest says \(manifest.at("status").string ?? "nothing")")
            }
        }
        if let cancelling {
            let run = try FaultMixTests.end(cancelling, within: Self.patience)
            // Done, there was no job yet or it was done, somebody else was faster or a server was away.
            if ![0, 64, 66, 75].contains(run.status) { problems.append("cancel: \(run)") }
        }
        let isGone = processes.contains { $0.signals.contains(SIGKILL) }
        if manifest.at("status").string == "running", !isGone, !schedule.disturbsStore, !schedule.disturbsAnswers {
            problems.append("running, and nobody runs it: \(try processes.map { try $0.result() })")
        }
    }

    private func isHonest(_ status: Int32, _ signals: Set<Int32>) -> Bool {
        switch status {
        case 0: true
        case 128 + SIGKILL: signals.contains(SIGKILL)
        case 143: signals.contains(SIGTERM)
        case 80: schedule.cancels
        case 75: schedule.hasRivals || schedule.disturbsStore || schedule.disturbsDatabase
        case 74: job.mayCommit && (schedule.disturbsStore || schedule.disturbsDatabase) || schedule.disturbsDatabase
        default: false
        }
    }

    /// Launches the job once more, undisturbed, and checks what it has come to.
    private func recover() throws {
        try launchOne()
        let last = processes[processes.count - 1]
        let begin = FaultScene.now()
        while !last.look(), FaultScene.now() - begin < Self.patience { usleep(5_000) }
        if !last.look() { last.process.sendToAll(SIGKILL) }
        let run = try last.result()
        let (place, left) = try job.world.look(org: launch.org, job: launch.job)
        problems += left.map { "left: \($0)" }
        switch run.status {
        case 0:
            problems += try InvariantChecker.final(place, expected: job.expected)
            for process in processes {
                let earlier = try process.result()
                if earlier.status == 0, earlier.output != run.output { problems.append("two answers") }
            }
        case 80 where schedule.cancels: problems += try InvariantChecker.cancelled(place, rowsBefore: job.rowsBefore)
        default: problems.append("the next launch: \(run)")
        }
    }

    /// What the manifest has said in the course of the round.
    private func judge(_ sightings: [StormSighting]) {
        var last: StormSighting?
        var expired: (from: Int, to: Int)?
        for sighting in sightings {
            if let last {
                if ["completed", "cancelled"].contains(last.status), sighting.digest != last.digest {
                    problems.append("\(last.status) and then \(sighting.status)")
                }
                if sighting.attempt < last.attempt {
                    problems.append("attempt \(sighting.attempt) behind \(last.attempt)")
                }
            }
            if sighting.status == "running", let left = sighting.leaseLeft {
                if left > (Self.lease + 1) * 1_000_000 { problems.append("a lease of \(left) µs") }
                if left < 0 {
                    let goesOn = expired.map { sighting.time - $0.to < 1_000_000 } ?? false
                    expired = (goesOn ? expired?.from ?? sighting.time : sighting.time, sighting.time)
                    judge(expired)
                } else {
                    expired = nil
                }
            } else {
                expired = nil
            }
            last = sighting
        }
    }

    /// Whether somebody has been there to take the job over for longer than that takes.
    private func judge(_ expired: (from: Int, to: Int)?) {
        guard let expired else { return }
        for process in processes where process.wasAwake(expired, for: (Self.lease + 4) * 1_000_000) {
            let text = "running without an owner for longer than a lease, and a process was there"
            if !problems.contains(text) { problems.append(text) }
        }
    }
}

/// What went wrong behind a round.
private final class StormFailures: Sendable {
    private let texts = Mutex<[String]>([])

    func add(_ text: String) { texts.withLock { $0.append(text) } }

    var all: [String] { texts.withLock { $0 } }
}

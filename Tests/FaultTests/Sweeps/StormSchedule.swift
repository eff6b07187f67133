internal import Glibc
internal import TestSupport

@testable internal import JobBench

/// What happens to a job in one round, and when.
struct StormSchedule: CustomStringConvertible {
    enum Event: Equatable {
        case kill, terminate
        /// A process stands still for so many microseconds, and a second one is started meanwhile.
        case freeze(Int)
        /// A second process is started.
        case twin
        case cancel
        case databaseRestart(PostgreSQLServer.Shutdown)
        /// The store is killed, and started again after so many microseconds.
        case storeCrash(Int)
        case storeFreeze(Int)
        /// The answer to the n-th such request is so many seconds late, or lost.
        case answer(StormProxy.Operation, Int, Double?)
        /// The word that the n-th COMMIT is done is so many seconds late, or lost.
        case commit(Int, Double?)
    }

    /// Microseconds behind the start.
    private(set) var events: [(at: Int, what: Event)] = []

    init(_ job: StormJob, _ random: inout SeededRandom) {
        let count = random.once(in: 2) ? 2 : 1
        while events.count < count {
            let event = Self.event(job, &random)
            let isNew = !events.contains { Self.kind($0.what) == Self.kind(event) }
            if isNew { events.append((Int.random(in: 0...job.duration, using: &random), event)) }
        }
        events.sort { $0.at < $1.at }
    }

    private static func event(_ job: StormJob, _ random: inout SeededRandom) -> Event {
        let frozen = StormRound.lease * 1_000_000 + Int.random(in: 300_000...1_500_000, using: &random)
        let delay = random.once(in: 2) ? Double.random(in: 0.2...3, using: &random) : nil
        switch Int.random(in: 0..<(job.mayCommit ? 20 : 17), using: &random) {
        case 0...2: return .kill
        case 3...5: return .terminate
        case 6...7: return .freeze(frozen)
        case 8: return .twin
        case 9...10: return .cancel
        case 11: return .databaseRestart(.fast)
        case 12: return .databaseRestart(.immediate)
        case 13: return .storeCrash(Int.random(in: 0...1_500_000, using: &random))
        case 14: return .storeFreeze(Int.random(in: 500_000...4_000_000, using: &random))
        case 15...16:
            let operations: [StormProxy.Operation] =
                job.isMultipart ? [.create, .part, .complete, .manifest] : [.manifest, .put]
            let number = random.once(in: 2) ? 1 : Int.random(in: 2...4, using: &random)
            return .answer(random.pick(operations), number, delay)
        default: return .commit(Int.random(in: 1...8, using: &random), delay)
        }
    }

    private static func kind(_ event: Event) -> String { String(describe(event).prefix { $0 != " " }) }

    private static func describe(_ event: Event) -> String {
        func late(_ delay: Double?) -> String { delay.map { "\(Int($0 * 1000)) ms late" } ?? "lost" }
        return switch event {
        case .kill: "KILL"
        case .terminate: "TERM"
        case .freeze(let time): "STOP for \(time / 1000) ms"
        case .twin: "twin"
        case .cancel: "cancel"
        case .databaseRestart(let mode): "database restart \(mode)"
        case .storeCrash(let pause): "store killed for \(pause / 1000) ms"
        case .storeFreeze(let time): "store-STOP for \(time / 1000) ms"
        case .answer(let operation, let number, let delay): "answer to \(operation) \(number) \(late(delay))"
        case .commit(let number, let delay): "word of COMMIT \(number) \(late(delay))"
        }
    }

    var description: String {
        events.map { event in
            switch event.what {
            case .answer, .commit: Self.describe(event.what)
            default: "\(Self.describe(event.what)) at \(event.at / 1000) ms"
            }
        }.joined(separator: ", ")
    }

    private func has(_ test: (Event) -> Bool) -> Bool { events.contains { test($0.what) } }

    var cancels: Bool { has { $0 == .cancel } }
    /// Whether the job has rivals.
    var hasRivals: Bool { has { if case .freeze = $0 { true } else { $0 == .twin } } }
    /// Whether the store was away.
    var disturbsStore: Bool {
        has {
            switch $0 {
            case .storeCrash, .storeFreeze: true
            default: false
            }
        }
    }
    /// Whether the database was away, or an answer of it.
    var disturbsDatabase: Bool {
        has {
            switch $0 {
            case .databaseRestart, .commit: true
            default: false
            }
        }
    }
    var disturbsAnswers: Bool { has { if case .answer = $0 { true } else { false } } }
}

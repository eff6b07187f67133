import Synchronization

/// Lets the requests of a process wait together for a store that refuses connections, as one does that is restarted.
///
/// One of them asks again, after growing pauses; the others wait for what it finds, so that an outage costs few requests
/// however many were under way.
final class StoreOutage: Sendable {
    /// What a request whose connection was refused does next.
    enum Step: Equatable {
        /// It asks again after so many seconds.
        case ask(after: Double)
        /// Another one asks: it looks again after so many seconds.
        case wait(Double)
        /// The store has been away for too long.
        case giveUp
    }

    private struct State {
        var since: Double?
        var asker: ObjectIdentifier?
        var tries = 0
    }

    /// Seconds that an outage may last by default: servers restart within half a minute.
    static let usualSeconds = 35.0
    private static let firstPause = 0.1
    private static let longestPause = 5.0
    private static let secondsBetweenLooks = 0.25

    private let seconds: Double
    /// Told once an outage has lasted for some seconds.
    private let notice: @Sendable (String) -> Void
    private let state = Mutex(State())

    init(seconds: Double = StoreOutage.usualSeconds, notice: @escaping @Sendable (String) -> Void = { _ in }) {
        self.seconds = seconds
        self.notice = notice
    }

    /// Whether no outage is known.
    var isOver: Bool { state.withLock { $0.since == nil } }

    /// What a request does whose connection was refused.
    ///
    /// `now` is in seconds, `random` in 0..<1.
    func step(_ request: ObjectIdentifier, now: Double, random: Double, place: String) -> Step {
        let (step, tries) = state.withLock { state -> (Step, Int) in
            let since = state.since ?? now
            state.since = since
            let left = since + seconds - now
            guard left > 0 else { return (.giveUp, 0) }
            if let asker = state.asker, asker != request { return (.wait(Self.secondsBetweenLooks), 0) }
            state.asker = request
            state.tries += 1
            var pause = Self.firstPause
            for _ in 1..<state.tries where pause < Self.longestPause { pause *= 2 }
            let delay = min(pause, Self.longestPause) * (0.75 + random / 2)
            return (.ask(after: min(delay, left)), state.tries)
        }
        if tries == Self.triesBeforeNotice {
            notice("the store at \(place) refuses connections; waiting for it, at most \(Int(seconds)) s")
        }
        return step
    }

    private static let triesBeforeNotice = 4

    /// The store has answered.
    func end() {
        state.withLock { state in
            if state.since != nil { state = State() }
        }
    }

    /// The request asks no more.
    func leave(_ request: ObjectIdentifier) {
        state.withLock { state in
            if state.asker == request { state.asker = nil }
        }
    }
}

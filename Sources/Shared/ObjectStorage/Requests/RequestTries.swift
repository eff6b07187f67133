import HTTPTransport
import JobCore

/// The tries of one request: waits before the next, or ends them.
///
/// Used by one task.
final class RequestTries {
    private let rules: RequestRules
    /// The store's host, for people.
    private let place: String
    private let maximum: Int?
    private let start: Double
    /// Tries that have failed so far.
    private(set) var failures = 0

    /// The tries of a request that is sent for the first time now; `maximum`, the first included, may be fewer than the
    /// policy allows.
    init(_ rules: RequestRules, at place: String, maximum: Int?) {
        self.rules = rules
        self.place = place
        self.maximum = maximum
        start = rules.clock.elapsed()
    }

    /// The store has done what it was asked for, or has said for good that it does not.
    func succeed() { rules.quota.refund() }

    /// Waits before the next try; throws the error when there shall be none.
    func wait(_ reason: RetryReason, retryAfter: Double? = nil, otherwise error: JobError) async throws(JobError) {
        failures += 1
        let delay = rules.policy.delay(
            after: failures, reason: reason, elapsed: rules.clock.elapsed() - start, random: rules.clock.random(),
            retryAfter: retryAfter)
        guard let delay, failures < maximum ?? Int.max, rules.quota.take(reason) else { throw error }
        do {
            try await rules.clock.wait(delay)
        } catch {
            throw JobError.wrapping(error)
        }
    }

    /// Waits before the next try of a request whose connection was refused; throws the error when there shall be none.
    ///
    /// Where the tries have a bound of their own nobody waits for a store that is away.
    func waitForStore(otherwise error: JobError) async throws(JobError) {
        guard maximum == nil else { return try await wait(.transient, otherwise: error) }
        let me = ObjectIdentifier(self)
        let clock = rules.clock
        do {
            while true {
                switch rules.outage.step(me, now: clock.elapsed(), random: clock.random(), place: place) {
                case .giveUp: throw error
                case .ask(let delay):
                    guard rules.quota.take(.transient) else { throw error }
                    try await clock.wait(delay)
                    return
                case .wait(let delay):
                    try await clock.wait(delay)
                    if rules.outage.isOver { return }
                }
            }
        } catch {
            rules.outage.leave(me)
            throw JobError.wrapping(error)
        }
    }

    /// Seconds the store asks to wait (RFC 9110, section 10.2.3).
    static func retryAfter(_ head: HTTPHead) -> Double? { head["Retry-After"].flatMap(Double.init) }
}

import HTTPTransport
import JobCore
import Synchronization

/// The store's clock as its answers tell it, beside this machine's.
final class StoreTime: Sendable {
    /// Differences that say nothing: both clocks tell whole seconds, and the answer has travelled.
    private static let noise = Duration.seconds(-2)...Duration.seconds(2)

    private struct State {
        /// The store's clock minus this machine's, once a request was refused for its date.
        var skew = Duration.zero
        /// The same by the latest answer.
        var ahead = Duration.zero
    }

    private let clock: StoreClock
    private let state = Mutex(State())

    init(_ clock: StoreClock) { self.clock = clock }

    /// By this machine.
    var own: Instant { clock.now() }

    /// As requests are dated: by this machine until the store has refused that.
    var ofRequests: Instant { clock.now() + state.withLock { $0.skew } }

    /// By the store: it judges when a link begins and ends.
    var ofLinks: Instant { clock.now() + state.withLock { $0.ahead } }

    /// Takes note of an answer, which tells the store's time.
    func note(_ head: HTTPHead) {
        guard let date = Self.date(head) else { return }
        let ahead = date - clock.now()
        state.withLock { $0.ahead = Self.noise.contains(ahead) ? .zero : ahead }
    }

    /// Takes the time of an answer for this machine's from now on; false when it tells none.
    func adopt(_ head: HTTPHead) -> Bool {
        guard let date = Self.date(head) else { return false }
        let skew = date - clock.now()
        state.withLock { $0.skew = skew }
        return true
    }

    private static func date(_ head: HTTPHead) -> Instant? { head["Date"].flatMap(HTTPDate.parse)?.startOfSecond }
}

import HTTPTransport
import Synchronization

/// The store's clock as its answers tell it, beside this machine's.
final class StoreTime: Sendable {
    private struct State {
        /// The store's clock minus this machine's, in seconds, once a request was refused for its date.
        var skewSeconds: Int64 = 0
        /// The same by the latest answer.
        var aheadSeconds: Int64 = 0
    }

    private let clock: StoreClock
    private let state = Mutex(State())

    init(_ clock: StoreClock) { self.clock = clock }

    /// Seconds since 1970 by this machine.
    var own: Int64 { clock.now() }

    /// Seconds since 1970 as requests are dated: by this machine until the store has refused that.
    var ofRequests: Int64 { clock.now() + state.withLock { $0.skewSeconds } }

    /// Seconds since 1970 by the store: it judges when a link begins and ends.
    var ofLinks: Int64 { clock.now() + state.withLock { $0.aheadSeconds } }

    /// Takes note of an answer, which tells the store's time.
    func note(_ head: HTTPHead) {
        guard let date = Self.date(head) else { return }
        let ahead = date - clock.now()
        // Both are whole seconds, and the answer has travelled.
        state.withLock { $0.aheadSeconds = abs(ahead) > 2 ? ahead : 0 }
    }

    /// Takes the time of an answer for this machine's from now on; false when it tells none.
    func adopt(_ head: HTTPHead) -> Bool {
        guard let date = Self.date(head) else { return false }
        let skew = date - clock.now()
        state.withLock { $0.skewSeconds = skew }
        return true
    }

    private static func date(_ head: HTTPHead) -> Int64? { head["Date"].flatMap(HTTPDate.parse).map { $0 / 1_000_000 } }
}

import Synchronization

/// What all requests of a process may spend on trying again, so that an outage does not become a storm of requests.
///
/// The numbers are those of the AWS SDKs ("standard" retry mode).
package final class RetryQuota: Sendable {
    private static let full = 500
    private let tokens = Mutex(RetryQuota.full)

    /// A full quota: 500 tokens.
    package init() {}

    /// Takes what one more attempt costs (14 tokens after a transient fault, 5 after a throttle); `false`: not enough.
    package func take(_ reason: RetryReason) -> Bool {
        let cost = reason == .transient ? 14 : 5
        return tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// Gives one token back; for each request that succeeds.
    package func refund() {
        tokens.withLock { $0 = min($0 + 1, RetryQuota.full) }
    }
}

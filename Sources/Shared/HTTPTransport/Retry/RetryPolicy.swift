/// Why something is tried again.
package enum RetryReason: Sendable, CaseIterable {
    /// A fault that passes: a reset, a 500, a stall.
    case transient
    /// The other side asks for fewer requests: 429, 503 SlowDown.
    case throttle
}

/// How often and after which delays a request is tried again; pure, so that clock and chance are the caller's.
package struct RetryPolicy: Sendable {
    /// Attempts in all, the first included.
    package var maximumAttempts: Int
    /// Seconds from the start of the first attempt after which none is started.
    package var maximumSeconds: Double
    /// The first delay after a transient fault, in seconds, before chance.
    package var transientSeconds: Double
    /// The first delay after a throttle, in seconds, before chance.
    package var throttleSeconds: Double
    /// No delay is longer, in seconds, before `Retry-After`.
    package var capSeconds: Double
    /// How much longer than computed a `Retry-After` may make the delay, in seconds.
    package var retryAfterMarginSeconds: Double

    package init(
        maximumAttempts: Int = 8, maximumSeconds: Double = 120, transientSeconds: Double = 0.05,
        throttleSeconds: Double = 1, capSeconds: Double = 20, retryAfterMarginSeconds: Double = 5
    ) {
        self.maximumAttempts = maximumAttempts
        self.maximumSeconds = maximumSeconds
        self.transientSeconds = transientSeconds
        self.throttleSeconds = throttleSeconds
        self.capSeconds = capSeconds
        self.retryAfterMarginSeconds = retryAfterMarginSeconds
    }

    /// Seconds to wait before the next attempt, or `nil` when there is none left.
    ///
    /// Full jitter: `random * min(cap, base * 2^i)`, `i` = 0 after the first attempt. `random` is in 0..<1, `attempts` is
    /// how many were made, `elapsed` the seconds since the first began. A `Retry-After` longer than that is honoured up
    /// to `retryAfterMarginSeconds` more.
    package func delay(
        after attempts: Int, reason: RetryReason, elapsed: Double, random: Double, retryAfter: Double? = nil
    ) -> Double? {
        guard attempts >= 1, attempts < maximumAttempts else { return nil }
        var longest = reason == .transient ? transientSeconds : throttleSeconds
        for _ in 1..<attempts where longest < capSeconds { longest *= 2 }
        var delay = min(max(random, 0), 1) * min(longest, capSeconds)
        if let retryAfter, retryAfter > delay { delay = min(retryAfter, delay + retryAfterMarginSeconds) }
        return elapsed + delay < maximumSeconds ? delay : nil
    }
}

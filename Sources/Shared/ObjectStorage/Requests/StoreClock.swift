package import JobCore

/// The time, chance and patience that requests to a store depend on; tests give their own.
package struct StoreClock: Sendable {
    /// By this machine, in whole seconds as requests are dated.
    package var now: @Sendable () -> Instant
    /// Seconds from some moment on, never set back.
    package var elapsed: @Sendable () -> Double
    /// A number in 0..<1.
    package var random: @Sendable () -> Double
    /// Waits that many seconds.
    ///
    /// Throws `CancellationError`.
    package var wait: @Sendable (Double) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Instant, elapsed: @escaping @Sendable () -> Double,
        random: @escaping @Sendable () -> Double, wait: @escaping @Sendable (Double) async throws -> Void
    ) {
        self.now = now
        self.elapsed = elapsed
        self.random = random
        self.wait = wait
    }

    /// The clocks and the chance of this machine.
    package static var system: StoreClock {
        StoreClock(
            now: { WallClock.now().startOfSecond }, elapsed: { WallClock.monotonicSeconds() },
            random: { Double.random(in: 0..<1) },
            wait: { try await Task.sleep(for: .seconds($0)) })
    }
}

internal import Glibc

/// The two clocks of this machine.
package enum WallClock {
    /// The present moment.
    package static func now() -> Instant { Instant(microseconds: read(CLOCK_REALTIME)) }

    /// Microseconds of a clock that never goes back, for durations.
    package static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

    /// Seconds of that clock, for the waits and deadlines of requests.
    package static func monotonicSeconds() -> Double { Double(monotonic()) / 1e6 }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

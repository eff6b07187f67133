import Glibc

/// How much others use this machine, for bounds of time that hold on one that is idle.
package enum Contention {
    /// Whether so many milliseconds are within a bound, on a machine that nobody else used.
    package static func allows(_ milliseconds: Int, atMost bound: Int) -> Bool {
        Double(milliseconds) < Double(bound) * (milliseconds < bound ? 1 : factor())
    }

    /// Wall time over processor time of a short computation, at least 1: so many times as long everything takes now.
    static func factor() -> Double {
        let wall = seconds(CLOCK_MONOTONIC)
        let start = seconds(CLOCK_THREAD_CPUTIME_ID)
        var used = 0.0
        while used < 0.05 { used = seconds(CLOCK_THREAD_CPUTIME_ID) - start }
        return max(1, (seconds(CLOCK_MONOTONIC) - wall) / used)
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

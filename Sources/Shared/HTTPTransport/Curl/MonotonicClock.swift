import Glibc

/// Seconds of a clock that nobody sets (CLOCK_MONOTONIC).
enum MonotonicClock {
    static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

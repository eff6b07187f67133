internal import Glibc

/// Memory of this process.
package enum MemoryUse {
    /// Peak resident set in bytes (getrusage(2), `ru_maxrss` in KiB).
    package static func peakBytes() -> Int {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}

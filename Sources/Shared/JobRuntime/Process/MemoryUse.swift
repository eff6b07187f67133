internal import Glibc

/// Memory of this process.
package enum MemoryUse {
    /// Peak resident set in bytes (getrusage(2), `ru_maxrss` in KiB).
    package static func peakBytes() -> Int {
        var usage = rusage()
        unsafe getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss * 1024
    }

    /// Frees early what the allocator would keep, and keeps big buffers out of the heap: a pipeline's buffers are few
    /// and large, and an arena per thread would hold on to each of them (mallopt(3)).
    package static func limitArenas() {
        mallopt(M_ARENA_MAX, 2)
    }
}

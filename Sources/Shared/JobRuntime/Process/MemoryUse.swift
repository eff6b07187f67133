internal import Glibc

/// Memory of this process.
package enum MemoryUse {
    /// Peak resident set in bytes (proc(5), `VmHWM` in KiB).
    ///
    /// Where `/proc` does not tell, that of getrusage(2): it counts the peak of the program too that has started this
    /// one, up to the call of exec(3).
    package static func peakBytes() -> Int {
        if let status = ProcFile.text("/proc/self/status"), let kibibytes = peakKibibytes(status) {
            return kibibytes * 1024
        }
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }

    private static func peakKibibytes(_ status: String) -> Int? {
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
    }
}

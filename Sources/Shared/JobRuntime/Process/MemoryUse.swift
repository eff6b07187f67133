internal import Glibc
internal import JobCore

/// Memory of this process.
package enum MemoryUse {
    /// Peak resident set in bytes (proc(5), `VmHWM` in KiB).
    ///
    /// Where `/proc` does not tell, that of getrusage(2): it counts the peak of the program too that has started this
    /// one, up to the call of exec(3).
    package static func peakBytes() -> Int {
        if let bytes = try? FileInput.read("/proc/self/status", limit: 1 << 16, what: "process"),
            let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first(where: {
                $0.hasPrefix("VmHWM:")
            }), let kibibytes = Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1])
        {
            return kibibytes * 1024
        }
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}

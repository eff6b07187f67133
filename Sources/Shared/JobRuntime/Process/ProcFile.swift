internal import Formats

/// A file of `/proc`, where the system tells of processes (proc(5)).
enum ProcFile {
    /// What it says; `nil` where it is not there or may not be read.
    static func text(_ path: String) -> String? {
        guard let bytes = try? FileInput.read(path, limit: 1 << 16, what: "process") else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

internal import Glibc
package import JobCore

/// Reads small files and standard input whole, up to a limit.
package enum FileInput {
    /// The bytes of a file.
    ///
    /// Throws `file_unreadable` (66) and `file_too_large` (64).
    package static func read(_ path: String, limit: Int, what: String) throws(JobError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            throw JobError(
                .fileUnreadable, "the \(what) file '\(path)' cannot be read: \(describe(errno))",
                hint: "check the path")
        }
        defer { close(descriptor) }
        return try read(descriptor, limit: limit, what: what)
    }

    /// All bytes of a descriptor.
    package static func read(_ descriptor: CInt, limit: Int, what: String) throws(JobError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw JobError(.fileUnreadable, "the \(what) cannot be read: \(describe(errno))")
            }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit {
                throw JobError(
                    .fileTooLarge, "the \(what) is larger than \(limit) bytes",
                    hint: "a \(what) is a small JSON document; data goes into the object store")
            }
        }
    }

    private static func describe(_ number: CInt) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}

internal import Formats
internal import Glibc
package import JobCore

/// Where the job spec comes from: `--spec FILE`, then `JOB_SPEC`, then standard input.
package enum SpecSource {
    private static let limit = 1 << 20

    /// The bytes of the spec.
    ///
    /// Throws `spec_missing`, `file_too_large`, `file_unreadable`.
    package static func read(file: String?, environment: JobEnvironment) throws(JobError) -> [UInt8] {
        let bytes: [UInt8]
        if let file, file != "-" {
            bytes = try FileInput.read(file, limit: limit, what: "job spec")
        } else if file == nil, let text = environment.specText {
            bytes = Array(text.utf8)
            if bytes.count > limit {
                throw JobError(.fileTooLarge, "JOB_SPEC is larger than \(limit) bytes")
            }
        } else if isatty(STDIN_FILENO) == 1 {
            throw missing("no job spec was given")
        } else {
            bytes = try FileInput.read(STDIN_FILENO, limit: limit, what: "job spec")
        }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) {
            throw missing("the job spec is empty")
        }
        return bytes
    }

    private static func missing(_ message: String) -> JobError {
        JobError(
            .specMissing, message)
    }
}

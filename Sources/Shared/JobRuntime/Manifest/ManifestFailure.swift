package import Formats
package import JobCore

/// Why a job failed, as its manifest says it.
///
/// A manifest may be of another version, which knows other codes.
package struct ManifestFailure: Sendable, Equatable {
    /// The stable name, see `ErrorCode`.
    package let code: String
    /// What went wrong, then the place.
    package let message: String
    package let hint: String?
    /// Whether the same job may succeed when it is launched again without a change.
    package let isRetryable: Bool
    package let exitCode: Int

    package init(_ error: JobError) {
        code = error.code.rawValue
        message = error.description
        hint = error.hint
        isRetryable = error.isRetryable
        exitCode = Int(error.exitCode.rawValue)
    }

    init(_ value: JSONValue) {
        code = value.text("code") ?? ""
        message = value.text("message") ?? ""
        hint = value.text("hint")
        exitCode = value.integer("exitCode") ?? Int(ExitCode.software.rawValue)
        let known = ExitCode(rawValue: Int32(clamping: exitCode))
        isRetryable = known?.isRetryable ?? ExitCode.software.isRetryable
    }

    /// The failure as a member of the manifest.
    package func json() -> JSONValue {
        .object([
            JSONMember("code", .string(code)), JSONMember("message", .string(message)),
            JSONMember("hint", .optional(hint)), JSONMember("retryable", .bool(isRetryable)),
            JSONMember("exitCode", .integer(exitCode)),
        ])
    }
}

internal import Formats
package import JobCore

/// Why a job failed, as its manifest says it.
///
/// A manifest may be of another version, which knows other codes.
package struct ManifestFailure: ManifestPart {
    /// The stable name, see `ErrorCode`.
    package private(set) var code = ""
    /// What went wrong, then the place.
    package private(set) var message = ""
    package private(set) var hint: String?
    /// Whether the same job may succeed when it is launched again without a change.
    package private(set) var isRetryable = ExitCode.software.isRetryable
    package private(set) var exitCode = Int(ExitCode.software.rawValue)

    package init() {}

    package init(_ error: JobError) {
        code = error.code.rawValue
        message = error.description
        hint = error.hint
        isRetryable = error.isRetryable
        exitCode = Int(error.exitCode.rawValue)
    }

    package static let keys: [ManifestKey<ManifestFailure>] = [
        ManifestKey("code", \.code), ManifestKey("message", \.message), ManifestKey("hint", orNull: \.hint),
        ManifestKey("retryable", \.isRetryable, json: { .bool($0) }, value: { _ in nil }),
        ManifestKey("exitCode", \.exitCodeAsStored),
    ]

    /// The exit code tells whether another launch may succeed.
    private var exitCodeAsStored: Int {
        get { exitCode }
        set {
            exitCode = newValue
            isRetryable = (ExitCode(rawValue: Int32(clamping: newValue)) ?? .software).isRetryable
        }
    }
}

import HTTPTransport
import JobCore

/// The errors of the sources of credentials; none holds a secret.
enum CredentialFailure {
    /// Half of what belongs together is set.
    static func incomplete(_ missing: String, beside present: String) -> JobError {
        JobError(
            .credentialsIncomplete, "\(present) is set but \(missing) is not",
            hint: "set \(missing) as well, or remove \(present)")
    }

    /// A setting has a value that cannot be used.
    static func invalid(_ setting: String, _ reason: String) -> JobError {
        JobError(
            .credentialsInvalid, "\(setting) \(reason)", hint: "correct the value of \(setting)")
    }

    /// A setting asks for a way to credentials that is not offered.
    static func unsupported(_ setting: String, profile: String) -> JobError {
        JobError(
            .credentialsUnsupported, "\(setting) of profile \(profile) is not supported")
    }

    /// The named profile is in none of the files.
    static func noProfile(_ name: String, known: [String]) -> JobError {
        let near = NearestName.of(name, among: known)
        return JobError(
            .credentialsProfileMissing, "there is no profile \(name), which AWS_PROFILE names",
            hint: near.map { "did you mean \($0)?" }
                ?? "check AWS_PROFILE, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE")
    }

    /// A file that a setting names cannot be read or is empty.
    static func unreadable(_ path: String, _ setting: String) -> JobError {
        JobError(
            .credentialsFileUnreadable, "file \(path), which \(setting) names, gives no token")
    }

    /// The source does not give credentials to this caller.
    static func refused(_ source: String, _ reason: String) -> JobError {
        JobError(
            .credentialsRefused, "\(source) refused to give credentials: \(reason)")
    }

    /// The source gives no credentials now.
    static func unavailable(_ source: String, _ reason: String, cause: HTTPFailure? = nil) -> JobError {
        JobError(
            .credentialsUnavailable, "\(source) gave no credentials: \(reason)", cause: cause)
    }

    /// What is left of a transport failure.
    static func transport(_ source: String, _ failure: HTTPFailure) -> JobError {
        if failure.kind == .cancelled {
            return JobError(.terminated, "the job was interrupted", hint: "launch it again")
        }
        if failure.isTransient { return unavailable(source, failure.message, cause: failure) }
        return JobError(
            .credentialsUnreachable, "\(source) cannot be asked: \(failure.message)", cause: failure)
    }

    /// An answer whose status is no success; codes are the service's own names of failures.
    static func status(_ source: String, _ status: Int, code: String?) -> JobError {
        let reason = code.map { "status \(status), \(shown($0))" } ?? "status \(status)"
        let isTransient = status >= 500 || status == 429 || status == 408 || code.map(isPassing) == true
        guard status >= 400, !isTransient else { return unavailable(source, reason) }
        return refused(source, reason)
    }

    /// Failures that services answer with a 4xx status although they pass.
    private static func isPassing(_ code: String) -> Bool {
        ["IDPCommunicationError", "Throttling", "ThrottlingException", "RequestLimitExceeded"].contains(code)
    }

    /// At most 64 letters, digits, dots and dashes of a code that a service sent.
    private static func shown(_ code: String) -> String {
        String(code.filter { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }.prefix(64))
    }
}

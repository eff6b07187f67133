import HTTPTransport
import JobCore

/// The errors of a store behind HTTP, each with what the operator can change.
enum S3Failure {
    /// An answer that no other request will better.
    static func refused(_ code: String, _ subject: String, _ location: S3Location) -> JobError {
        switch code {
        case "NoSuchBucket", "InvalidBucketName":
            return JobError(
                .storeBucketMissing,
                "there is no bucket \(location.bucket) at \(location.authority)")
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity", "Unauthorized":
            return JobError(
                .storeCredentialsInvalid,
                "the store at \(location.authority) does not accept the credentials (\(code))")
        case "AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect",
            "IllegalLocationConstraintException", "HTTP 301", "HTTP 307":
            return JobError(
                .storeRegionWrong,
                "the bucket \(location.bucket) is not in region \(location.region) (\(code))")
        case "AccessDenied", "AllAccessDisabled", "AccountProblem", "HTTP 403", "HTTP 401":
            return JobError(
                .storePermissionDenied, "the store refused to \(subject) (\(code))",
                hint: "give the key AWS_ACCESS_KEY_ID the right to read, write, list and delete below the prefix")
        default:
            return JobError(
                .storeRefused, "the store refused to \(subject) (\(code))")
        }
    }

    /// Temporary credentials that have ended, and no newer ones.
    static func credentialsEnded(_ location: S3Location) -> JobError {
        JobError(
            .storeCredentialsExpired,
            "the store at \(location.authority) says that the temporary credentials have ended")
    }

    /// The clock of this machine is wrong, and the store's own time did not help.
    static func clockSkewed(_ location: S3Location) -> JobError {
        JobError(
            .clockWrong, "the clock of this machine is too far from that of \(location.authority)",
            hint: "set the clock (NTP); signatures are dated")
    }

    /// The store was asked often enough.
    static func busy(_ subject: String, _ status: Int, _ location: S3Location) -> JobError {
        JobError(
            .storeUnavailable,
            "the store at \(location.authority) could not \(subject) (HTTP \(status)) however often it was asked")
    }

    /// The body was damaged on its way, more than once.
    static func damaged(_ subject: String) -> JobError {
        JobError(
            .storeChecksumWrong, "what arrived differs from what was sent: \(subject)")
    }

    /// The answer is not one of S3.
    static func unreadable(_ subject: String) -> JobError {
        JobError(
            .storeAnswerUnreadable, "the answer is not one of S3: \(subject)")
    }

    /// No answer at all.
    static func transport(_ failure: HTTPFailure, _ subject: String, _ location: S3Location) -> JobError {
        switch failure.kind {
        case .cancelled:
            return JobError(.terminated, "the job was interrupted", hint: "launch it again")
        case .untrusted:
            return JobError(
                .storeUntrusted, "the certificate of \(location.authority) is not trusted",
                cause: failure)
        case .tooLarge:
            return unreadable(subject)
        case .unresolved, .unreachable:
            return JobError(
                .storeUnreachable, "the store at \(location.authority) cannot be reached",
                cause: failure)
        default:
            return JobError(
                .storeUnavailable,
                "the store at \(location.authority) could not \(subject): \(failure.message)", cause: failure)
        }
    }
}

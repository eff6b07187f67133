import HTTPTransport
import JobCore

/// The errors of a store behind HTTP, each with what the operator can change.
enum S3Failure {
    /// An answer that no other request will better.
    static func refused(_ code: String, _ subject: String, _ location: S3Location) -> JobError {
        switch code {
        case "NoSuchBucket", "InvalidBucketName":
            return JobError(
                "store_bucket_missing", .configuration,
                "there is no bucket \(location.bucket) at \(location.authority)",
                hint: "create it, or change the bucket in OBJECT_STORE_URL")
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity", "Unauthorized":
            return JobError(
                "store_credentials_invalid", .configuration,
                "the store at \(location.authority) does not accept the credentials (\(code))",
                hint: "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and region= in OBJECT_STORE_URL")
        case "AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect",
            "IllegalLocationConstraintException", "HTTP 301", "HTTP 307":
            return JobError(
                "store_region_wrong", .configuration,
                "the bucket \(location.bucket) is not in region \(location.region) (\(code))",
                hint: "set region= (or the endpoint) in OBJECT_STORE_URL, or AWS_REGION")
        case "AccessDenied", "AllAccessDisabled", "AccountProblem", "HTTP 403", "HTTP 401":
            return JobError(
                "store_permission_denied", .notPermitted, "the store refused to \(subject) (\(code))",
                hint: "give the key AWS_ACCESS_KEY_ID the right to read, write, list and delete below the prefix")
        default:
            return JobError(
                "store_refused", .protocolError, "the store refused to \(subject) (\(code))",
                hint: "check that OBJECT_STORE_URL names an S3-compatible endpoint")
        }
    }

    /// Temporary credentials that have ended, and no newer ones.
    static func credentialsEnded(_ location: S3Location) -> JobError {
        JobError(
            "store_credentials_expired", .configuration,
            "the store at \(location.authority) says that the temporary credentials have ended",
            hint: "renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
    }

    /// The clock of this machine is wrong, and the store's own time did not help.
    static func clockSkewed(_ location: S3Location) -> JobError {
        JobError(
            "clock_wrong", .configuration, "the clock of this machine is too far from that of \(location.authority)",
            hint: "set the clock (NTP); signatures are dated")
    }

    /// The store was asked often enough.
    static func busy(_ subject: String, _ status: Int, _ location: S3Location) -> JobError {
        JobError(
            "store_unavailable", .temporary,
            "the store at \(location.authority) could not \(subject) (HTTP \(status)) however often it was asked",
            hint: "launch the job again later")
    }

    /// The body was damaged on its way, more than once.
    static func damaged(_ subject: String) -> JobError {
        JobError(
            "store_checksum_wrong", .protocolError, "what arrived differs from what was sent: \(subject)",
            hint: "check the network, and the memory of this machine")
    }

    /// The answer is not one of S3.
    static func unreadable(_ subject: String) -> JobError {
        JobError(
            "store_answer_unreadable", .protocolError, "the answer is not one of S3: \(subject)",
            hint: "check that OBJECT_STORE_URL names an S3-compatible endpoint")
    }

    /// No answer at all.
    static func transport(_ failure: HTTPFailure, _ subject: String, _ location: S3Location) -> JobError {
        switch failure.kind {
        case .cancelled:
            return JobError("interrupted", .terminated, "the job was interrupted", hint: "launch it again")
        case .untrusted:
            return JobError(
                "store_untrusted", .protocolError, "the certificate of \(location.authority) is not trusted",
                hint: "check the endpoint in OBJECT_STORE_URL; AWS_CA_BUNDLE names a file with your own authority",
                cause: failure)
        case .tooLarge:
            return unreadable(subject)
        case .unresolved, .unreachable:
            return JobError(
                "store_unreachable", .temporary, "the store at \(location.authority) cannot be reached",
                hint: "check the endpoint in OBJECT_STORE_URL and the network, then launch the job again",
                cause: failure)
        default:
            return JobError(
                "store_unavailable", .temporary,
                "the store at \(location.authority) could not \(subject): \(failure.message)",
                hint: "launch the job again later", cause: failure)
        }
    }
}

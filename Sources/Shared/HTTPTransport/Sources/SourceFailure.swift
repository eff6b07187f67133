internal import JobCore

/// What a tenant is told when a source cannot be read.
///
/// No text tells an address that answers from one that does not, and none repeats what the server said.
enum SourceFailure {
    /// A failure of the transport that no further attempt mends, or that none has mended.
    static func of(_ failure: HTTPFailure) -> JobError {
        switch failure.kind {
        case .denied:
            JobError(
                "address_denied", .notPermitted, "the source is not at a permitted address",
                hint: "sources must be public; the operator may list others in SOURCE_ALLOW")
        case .untrusted:
            JobError(
                "source_untrusted", .protocolError, "the certificate of the source is not trusted",
                hint: "serve the source with a valid certificate for its host name", cause: failure)
        case .tooLarge:
            JobError("source_too_large", .dataError, "the source is larger than the limit", cause: failure)
        case .invalid: SourceURL.invalid("cannot be requested")
        case .cancelled: JobError.wrapping(CancellationError())
        case .unresolved, .unreachable, .tlsInterrupted, .interrupted, .truncated, .stalled, .timedOut, .malformed:
            unreachable(failure)
        }
    }

    static func unreachable(_ failure: HTTPFailure) -> JobError {
        JobError(
            "source_unreachable", .temporary, "the source cannot be reached",
            hint: "check the URL; the job may be launched again", cause: failure)
    }

    static func interrupted(after bytes: Int, canResume: Bool) -> JobError {
        JobError(
            "source_interrupted", .temporary, "the source was cut off after \(bytes) bytes",
            hint: canResume
                ? "the job may be launched again"
                : "the job may be launched again; with a strong ETag it could go on from where it was cut")
    }

    static func changed() -> JobError {
        JobError(
            "source_changed", .dataError, "the source changed while it was read",
            hint: "launch the job again when the source is no longer written to")
    }

    static func tooLarge(limit: Int) -> JobError {
        JobError(
            "source_too_large", .dataError, "the source is larger than the limit of \(limit) bytes",
            hint: "split the source")
    }

    static func tooSlow(minimum: Int) -> JobError {
        JobError(
            "source_too_slow", .temporary, "the source sends less than \(minimum) bytes a second",
            hint: "launch the job again when its server is faster, or put the file into the store; "
                + "SOURCE_MIN_BYTES_PER_SECOND is the operator's limit")
    }

    static func redirect(_ reason: String) -> JobError {
        JobError(
            "source_redirect", .dataError, "the source \(reason)",
            hint: "give the URL that the source is finally served from")
    }

    /// An answer that is neither a body nor a redirect.
    static func status(_ status: Int) -> JobError {
        switch status {
        case 404, 410:
            JobError(
                "source_not_found", .noInput, "the source was not found: its server answered \(status)",
                hint: "check the URL")
        case 401, 403:
            JobError(
                "source_forbidden", .notPermitted, "the source is not open to this job: its server answered \(status)",
                hint: "give a URL that needs no login, such as a presigned one that has not expired")
        case 408, 429, 500...599:
            JobError(
                "source_unreachable", .temporary, "the server of the source answered \(status)",
                hint: "the job may be launched again")
        default:
            JobError(
                "source_refused", .dataError, "the server of the source answered \(status)",
                hint: "give a URL that answers GET with 200 and the data")
        }
    }
}

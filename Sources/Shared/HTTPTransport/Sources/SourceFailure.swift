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
                .addressDenied, "the source is not at a permitted address")
        case .untrusted:
            JobError(
                .sourceUntrusted, "the certificate of the source is not trusted", cause: failure)
        case .tooLarge:
            JobError(.sourceTooLarge, "the source is larger than the limit", cause: failure)
        case .invalid: SourceURL.invalid("cannot be requested")
        case .cancelled: JobError.wrapping(CancellationError())
        case .unresolved, .unreachable, .tlsInterrupted, .interrupted, .truncated, .stalled, .timedOut, .malformed:
            unreachable(failure)
        }
    }

    static func unreachable(_ failure: HTTPFailure) -> JobError {
        JobError(
            .sourceUnreachable, "the source cannot be reached",
            hint: "check the URL; the job may be launched again", cause: failure)
    }

    static func interrupted(after bytes: Int, canResume: Bool) -> JobError {
        JobError(
            .sourceInterrupted, "the source was cut off after \(bytes) bytes",
            hint: canResume
                ? "the job may be launched again"
                : "the job may be launched again; with a strong ETag it could go on from where it was cut")
    }

    static func changed() -> JobError {
        JobError(
            .sourceChanged, "the source changed while it was read",
            hint: "launch the job again when the source is no longer written to")
    }

    static func tooLarge(limit: Int) -> JobError {
        JobError(
            .sourceTooLarge, "the source is larger than the limit of \(limit) bytes",
            hint: "split the source")
    }

    static func tooSlow(minimum: Int) -> JobError {
        JobError(
            .sourceTooSlow, "the source sends less than \(minimum) bytes a second",
            hint: "launch the job again when its server is faster, or put the file into the store; "
                + "SOURCE_MIN_BYTES_PER_SECOND is the operator's limit")
    }

    static func redirect(_ reason: String) -> JobError {
        JobError(
            .sourceRedirect, "the source \(reason)")
    }

    /// An answer that is neither a body nor a redirect.
    static func status(_ status: Int) -> JobError {
        switch status {
        case 404, 410:
            JobError(
                .sourceNotFound, "the source was not found: its server answered \(status)",
                hint: "check the URL")
        case 401, 403:
            JobError(
                .sourceForbidden, "the source is not open to this job: its server answered \(status)")
        case 408, 429, 500...599:
            JobError(
                .sourceUnreachable, "the server of the source answered \(status)",
                hint: "the job may be launched again")
        default:
            JobError(
                .sourceRefused, "the server of the source answered \(status)")
        }
    }
}

import HTTPTransport
import JobCore

/// What an answer means for the one who asked; pure, so that a table can test it.
///
/// Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
/// https://developers.cloudflare.com/r2/api/error-codes/
enum S3Verdict: Equatable {
    case success
    /// The same request may succeed in a moment.
    case retry(RetryReason)
    /// A body arrived otherwise than it was sent; worth one more try.
    case sendAgain
    /// The store's clock is another one.
    case clockSkewed
    /// Temporary credentials have ended.
    case credentialsEnded
    /// The bucket is in another region.
    case otherRegion(String)
    case preconditionFailed
    case notFound
    case rangeOutside
    /// No other request will do better; the error code of the store, if it gave one.
    case refused(code: String)

    /// Judges the status, the error code in the body and the fields of an answer.
    static func of(status: Int, code: String, head: HTTPHead, region: String?) -> S3Verdict {
        if (200..<300).contains(status) { return code.isEmpty ? .success : ofError(200, code) }
        if let region = region ?? head["x-amz-bucket-region"], !region.isEmpty,
            status == 301 || status == 307 || code == "AuthorizationHeaderMalformed"
        {
            return .otherRegion(region)
        }
        return ofError(status, code)
    }

    private static func ofError(_ status: Int, _ code: String) -> S3Verdict {
        switch code {
        case "SlowDown", "TooManyRequests", "RequestLimitExceeded", "Throttling", "ThrottlingException":
            return .retry(.throttle)
        case "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted",
            "ConditionalRequestConflict":
            return .retry(.transient)
        case "BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest": return .sendAgain
        case "RequestTimeTooSkewed": return .clockSkewed
        case "ExpiredToken", "InvalidToken", "TokenRefreshRequired": return .credentialsEnded
        case "NoSuchBucket": return .refused(code: code)
        default: return ofStatus(status, code)
        }
    }

    private static func ofStatus(_ status: Int, _ code: String) -> S3Verdict {
        switch status {
        case 404: code == "NoSuchUpload" ? .refused(code: code) : .notFound
        case 412: .preconditionFailed
        case 416: .rangeOutside
        case 429: .retry(.throttle)
        case 503: .retry(code.isEmpty || code == "SlowDown" ? .throttle : .transient)
        case 408, 409, 500, 502, 504: .retry(.transient)
        default: .refused(code: code.isEmpty ? "HTTP \(status)" : code)
        }
    }
}

/// A result code of libcurl (libcurl-errors(3)); an open set, so that codes of later versions survive.
package struct CurlCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// What the code means to a caller; unknown codes are `interrupted`.
    ///
    /// `CURLE_OPERATION_TIMEDOUT` is `timedOut` here; whoever knows that the time allowed is not over makes it `stalled`.
    package var kind: HTTPFailure.Kind {
        switch rawValue {
        case 1, 3, 4, 43, 48: .invalid  // UNSUPPORTED_PROTOCOL, URL_MALFORMAT, NOT_BUILT_IN, BAD_FUNCTION_ARGUMENT, …
        case 5, 6: .unresolved  // COULDNT_RESOLVE_PROXY, COULDNT_RESOLVE_HOST
        case 7: .unreachable  // COULDNT_CONNECT
        case 8, 61: .malformed  // WEIRD_SERVER_REPLY, BAD_CONTENT_ENCODING
        case 18: .truncated  // PARTIAL_FILE
        case 28: .timedOut  // OPERATION_TIMEDOUT
        case 35: .tlsInterrupted  // SSL_CONNECT_ERROR
        case 42: .cancelled  // ABORTED_BY_CALLBACK
        case 58, 60, 77, 82, 83, 90, 91: .untrusted  // certificates, their files and their revocation
        case 63, 100: .tooLarge  // FILESIZE_EXCEEDED, TOO_LARGE
        default: .interrupted  // 52, 55, 56, 92 and what is not known
        }
    }

    /// Whether a connection that was kept open may have been closed by the other side just when it was used again.
    ///
    /// GOT_NOTHING, SEND_ERROR, RECV_ERROR.
    var mayBeStaleConnection: Bool { [52, 55, 56].contains(rawValue) }
}

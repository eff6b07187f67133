/// Why a request got no whole answer; an answer with any status is no failure.
package struct HTTPFailure: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as far as a caller decides by it.
    package enum Kind: String, Sendable, CaseIterable {
        /// The name could not be resolved.
        case unresolved
        /// No connection, or it was refused.
        case unreachable
        /// TLS failed in a way that another attempt may mend (a cut handshake).
        case tlsInterrupted
        /// The server's certificate is not trusted or not its own.
        case untrusted
        /// The connection ended or was reset before the answer was whole.
        case interrupted
        /// The body ended before its announced length.
        case truncated
        /// Nothing moved for too long.
        case stalled
        /// The time allowed for the request is over.
        case timedOut
        /// The address is not allowed by the policy.
        case denied
        /// The answer is larger than the limit.
        case tooLarge
        /// The answer is not HTTP.
        case malformed
        /// The request cannot be sent at all (its URL, its fields).
        case invalid
        /// The task was cancelled.
        case cancelled
    }

    package let kind: Kind
    /// One line for people: no query string, no credentials.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }

    /// Whether the same request may succeed at another time.
    package var isTransient: Bool {
        switch kind {
        case .unresolved, .unreachable, .tlsInterrupted, .interrupted, .truncated, .stalled, .timedOut, .malformed: true
        case .untrusted, .denied, .tooLarge, .invalid, .cancelled: false
        }
    }
}

/// One header field; names compare without case (RFC 9110 section 5.1).
package struct HTTPField: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as it goes on the wire.
package struct HTTPRequest: Sendable {
    /// `GET`, `HEAD`, `PUT`, `POST`, `DELETE`.
    package var method: String
    /// The absolute URL, percent-encoded; it is sent as it is.
    package var url: String
    /// Exactly these are sent besides `Host`, `Content-Length` and what HTTP itself needs.
    package var fields: [HTTPField]
    /// The body, in memory so that it can be sent again; `nil` for none.
    package var body: [UInt8]?
    /// Seconds from the start to the last byte of the answer; `nil`: only stalls end it.
    package var secondsAllowed: Double?

    package init(
        _ method: String, _ url: String, fields: [HTTPField] = [], body: [UInt8]? = nil, secondsAllowed: Double? = nil
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.secondsAllowed = secondsAllowed
    }
}

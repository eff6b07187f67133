/// What holds for all requests of one client.
package struct HTTPClientOptions: Sendable {
    /// Sent as `User-Agent` unless a request brings its own.
    package var userAgent: String
    /// Seconds for name resolution, connection and TLS handshake together.
    package var connectSeconds: Double
    /// Seconds without a byte in either direction; time in which the caller does not read does not count.
    package var stallSeconds: Double
    /// The schemes of URLs that are sent at all, lower case.
    package var allowedSchemes: [String]
    /// Asked before each connection and each request; `nil` allows every address.
    package var addressJudge: (any AddressJudge)?
    /// Path of a file with trusted certificates (PEM) instead of those of the system.
    package var certificateFile: String?
    /// Seconds after which an unused connection is not used again.
    package var idleSeconds: Int
    /// Requests under way at once, and connections kept; further requests wait for their turn.
    package var maximumConnections: Int

    package init(
        userAgent: String, connectSeconds: Double = 10, stallSeconds: Double = 25,
        allowedSchemes: [String] = ["https"], addressJudge: (any AddressJudge)? = nil, certificateFile: String? = nil,
        idleSeconds: Int = 30, maximumConnections: Int = 16
    ) {
        self.userAgent = userAgent
        self.connectSeconds = connectSeconds
        self.stallSeconds = stallSeconds
        self.allowedSchemes = allowedSchemes
        self.addressJudge = addressJudge
        self.certificateFile = certificateFile
        self.idleSeconds = idleSeconds
        self.maximumConnections = maximumConnections
    }
}

/// The address a connection is about to be made to.
package struct SocketAddress: Sendable, Hashable {
    /// 4 bytes of IPv4 or 16 of IPv6, in network order.
    package let bytes: [UInt8]
    package let port: UInt16
    /// The name or literal of the request's URL that led here, lower case, without brackets.
    package let host: String

    package init(bytes: [UInt8], port: UInt16, host: String) {
        self.bytes = bytes
        self.port = port
        self.host = host
    }
}

/// Decides which addresses connections may be made to; asked before each connection and before each request on one.
package protocol AddressJudge: Sendable {
    /// Whether requests may go there.
    func allows(_ address: SocketAddress) -> Bool
}

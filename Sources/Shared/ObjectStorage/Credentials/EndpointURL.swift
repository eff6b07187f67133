import HTTPTransport

/// An `http` or `https` URL as settings give it, in a strict reading.
///
/// Anything that two readers of URLs might take for different hosts is refused.
struct EndpointURL {
    let isSecure: Bool
    /// Lower case, without brackets.
    let host: String

    /// Addresses besides loopback that credentials may come from without TLS.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
    private static let endpoints = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
        .compactMap(IPNetwork.bytes(ofLiteral:))

    init?(_ text: String) {
        guard text.isFieldValue, !text.contains(where: { "\\#\"<>".contains($0) }),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        let scheme = text[..<colon].lowercased()
        let rest = text[text.index(after: colon)...]
        guard scheme == "http" || scheme == "https", rest.hasPrefix("//") else { return nil }
        isSecure = scheme == "https"
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        guard let host = Self.host(authority) else { return nil }
        self.host = host.lowercased()
    }

    private static func host(_ authority: Substring) -> String? {
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]"), isPort(authority[end...].dropFirst()) else { return nil }
            let host = String(authority[..<end].dropFirst())
            return host.contains(":") && IPNetwork.bytes(ofLiteral: host) != nil ? host : nil
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty, isPort(authority[host.endIndex...]),
            host.utf8.allSatisfy({
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || (0x2D...0x2E).contains($0) || (0x30...0x39).contains($0)
                    || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        return String(host)
    }

    /// Whether it is empty, or a colon and a port.
    private static func isPort(_ text: Substring) -> Bool {
        guard text.first == ":" else { return text.isEmpty }
        let digits = text.dropFirst()
        return digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && (UInt16(digits) ?? 0) > 0
    }

    /// Whether it names this machine itself.
    var isLoopback: Bool {
        if host == "localhost" { return true }
        guard let bytes = IPNetwork.bytes(ofLiteral: host) else { return false }
        return bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
    }

    /// Whether credentials may come from there: over TLS from anywhere, else from this machine's or container's own.
    var mayGiveCredentials: Bool {
        if isSecure || isLoopback { return true }
        return IPNetwork.bytes(ofLiteral: host).map(Self.endpoints.contains) ?? false
    }
}

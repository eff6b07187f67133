import Glibc

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
    private static let endpoints = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].map(address)

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
            return host.contains(":") && address(host) != nil ? host : nil
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty, isPort(authority[host.endIndex...]),
            host.utf8.allSatisfy({
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || (0x2D...0x2E).contains($0) || (0x30...0x39).contains($0)
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

    /// Whether credentials may come from there: over TLS from anywhere, else from this machine's or container's own.
    var mayGiveCredentials: Bool {
        if isSecure || host == "localhost" { return true }
        guard let bytes = Self.address(host) else { return false }
        if bytes.count == 4, bytes[0] == 127 { return true }
        if bytes.count == 16, bytes == Array(repeating: 0, count: 15) + [1] { return true }
        return Self.endpoints.contains(bytes)
    }

    /// The bytes of an address in its usual text, nil for anything else.
    private static func address(_ text: String) -> [UInt8]? {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        let isAddress = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) == 1 }
        return isAddress ? bytes : nil
    }
}

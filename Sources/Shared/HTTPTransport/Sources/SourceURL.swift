package import JobCore

/// A URL that a tenant gave to read from, in a strict reading: whatever two readers might take for different hosts is
/// refused, and the address it leads to is judged when it is connected to.
package struct SourceURL: Sendable, Equatable, CustomStringConvertible {
    private static let maximumBytes = 8192

    /// What is sent; holds the query, which may be a secret.
    let text: String
    /// `scheme://host:port`, lower case.
    let origin: String
    private let path: String

    /// Whether TLS guards it.
    var isSecure: Bool { origin.hasPrefix("https:") }

    /// Scheme, host and path: without the query.
    package var description: String { origin + path }

    /// Checks the text; `http` and other ports than 443 only where the operator allows the host.
    ///
    /// Throws `invalid_source_url` (64).
    package init(validating text: String, allowing allowed: AllowList) throws(JobError) {
        guard text.utf8.count <= Self.maximumBytes else { throw Self.invalid("is too long") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\\\"<>^`{|}".utf8.contains($0) }) else {
            throw Self.invalid("has a character that must be percent-encoded")
        }
        guard let separator = text.firstRange(of: "://") else { throw Self.invalid("has no https://") }
        let scheme = text[..<separator.lowerBound].lowercased()
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let (host, port) = try Self.hostAndPort(authority.lowercased(), scheme)
        let isUsual = scheme == "https" && port == 443
        guard isUsual || ["http", "https"].contains(scheme) && allowed.mentions(host: host, port: port) else {
            throw Self.invalid("is not https:// on port 443")
        }
        let target = rest[authority.endIndex...]
        path = String(target.prefix { $0 != "?" })
        let usualPort = scheme == "https" ? 443 : 80
        let shown = host.contains(":") ? "[\(host)]" : host
        origin = "\(scheme)://\(shown)" + (port == usualPort ? "" : ":\(port)")
        self.text = origin + (target.hasPrefix("/") ? "" : "/") + target
    }

    /// The URL that a `Location` field leads to (RFC 3986 section 5.2, without dot segments, which no server needs).
    func resolving(_ location: String, allowing allowed: AllowList) throws(JobError) -> SourceURL {
        if location.hasPrefix("//") {
            let scheme = origin.prefix { $0 != ":" }
            return try SourceURL(validating: "\(scheme):\(location)", allowing: allowed)
        }
        if location.hasPrefix("/") { return try SourceURL(validating: origin + location, allowing: allowed) }
        if location.contains("://") { return try SourceURL(validating: location, allowing: allowed) }
        if location.hasPrefix("?") { return try SourceURL(validating: origin + path + location, allowing: allowed) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return try SourceURL(validating: origin + folder + location, allowing: allowed)
    }

    private static func hostAndPort(_ authority: String, _ scheme: String) throws(JobError) -> (String, UInt16) {
        guard !authority.contains("@") else { throw invalid("has a user name or a password") }
        let usual: UInt16 = scheme == "http" ? 80 : 443
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw invalid("has no valid host") }
            let host = String(authority[..<end].dropFirst())
            guard AddressRange.address(host)?.count == 16 else { throw invalid("has no valid host") }
            return (host, try port(authority[end...].dropFirst(), usual))
        }
        let host = authority.prefix { $0 != ":" }
        let isName = host.utf8.allSatisfy { byte in
            (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || "-._".utf8.contains(byte)
        }
        guard isName, !host.isEmpty, host.utf8.count <= 253, !host.hasSuffix(".") else {
            throw invalid("has no valid host")
        }
        return (String(host), try port(authority[host.endIndex...], usual))
    }

    private static func port(_ text: Substring, _ usual: UInt16) throws(JobError) -> UInt16 {
        if text.isEmpty { return usual }
        guard text.hasPrefix(":"), let port = UInt16(text.dropFirst()), port > 0 else {
            throw invalid("has no valid port")
        }
        return port
    }

    private static func invalid(_ problem: String) -> JobError {
        JobError(
            "invalid_source_url", .usage, "the source URL \(problem)",
            hint: "use an https:// URL of a public host; SOURCE_ALLOW names further ones")
    }
}

package import JobCore

/// The URL of a source, parsed strictly and written anew from its parts.
///
/// Because only the parts that were checked are sent, no other parser can read a different host out of the same text.
/// A host that is not public passes here: the address is judged where the connection is made.
package struct SourceURL: Sendable, Hashable, CustomStringConvertible {
    /// How the source is reached.
    package enum Scheme: String, Sendable {
        case https
        /// Without encryption: only to hosts and networks that the operator lists.
        case http

        var defaultPort: UInt16 { self == .https ? 443 : 80 }
    }

    package let scheme: Scheme
    /// Lower case, without brackets.
    package let host: String
    package let port: UInt16
    /// Begins with a slash; percent-encoded.
    package let path: String
    /// What follows the question mark.
    package let query: String?

    /// The longest URL, in bytes.
    package static let maximumLength = 8192

    /// Checks and takes apart an absolute URL; a fragment is dropped.
    ///
    /// Throws `invalid_source_url`.
    package init(validating text: String, allowList: AllowList = AllowList()) throws(JobError) {
        try self.init(parsing: text)
        try checkReach(allowList)
    }

    /// Takes apart an absolute URL wherever it leads, which is enough to show it.
    package init(parsing text: String) throws(JobError) {
        try Self.checkCharacters(of: text)
        guard let separator = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased())
        else { throw Self.invalid("is no https URL") }
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = try Authority(rest[..<authorityEnd])
        let target = rest[authorityEnd...]
        let question = target.firstIndex(of: "?")
        let path = String(target[..<(question ?? target.endIndex)])

        self.scheme = scheme
        self.host = authority.host
        self.port = authority.port ?? scheme.defaultPort
        self.path = path.isEmpty ? "/" : path
        self.query = question.map { String(target[target.index(after: $0)...]) }
    }

    /// The URL as it is sent.
    package var text: String {
        origin + path + (query.map { "?" + $0 } ?? "")
    }

    /// For people: scheme, host and the last component of the path; never the query, which may hold a token.
    package var description: String {
        let components = path.split(separator: "/")
        guard let last = components.last else { return origin + "/" }
        let name = last.prefix { $0 != ";" }.prefix(100)
        return origin + (components.count > 1 ? "/…/" : "/") + name
    }

    /// The URL without its query.
    package var place: String { origin + path }

    /// Scheme, host and port, as they are sent.
    package var origin: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.rawValue)://\(bracketed)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }

    /// Whether the operator's list and the rule for ports leave any way to connect.
    private func checkReach(_ allowList: AllowList) throws(JobError) {
        if scheme == .https, port == 443 { return }
        if allowList.names(host: host, port: port) { return }
        // Only the connection tells whether a name lies in a listed network; the policy then asks for this port.
        let isName = IPNetwork.bytes(ofLiteral: host) == nil
        if isName, port != 443, allowList.mayHold(port: port) { return }
        throw scheme == .http ? Self.invalid("is no https URL") : Self.invalid("names a port other than 443")
    }

    private static func checkCharacters(of text: String) throws(JobError) {
        if text.utf8.count > maximumLength { throw invalid("is longer than \(maximumLength) bytes") }
        for byte in text.utf8 {
            if byte > 0x7E { throw invalid("holds characters outside ASCII") }
            if byte <= 0x20 { throw invalid("holds a space or a control character") }
            if byte == UInt8(ascii: "\\") { throw invalid("holds a backslash") }
        }
    }

    static func invalid(_ reason: String) -> JobError {
        JobError(
            .invalidSourceURL, "the URL \(reason)")
    }
}

/// Host and port of a URL.
private struct Authority {
    var host: String
    var port: UInt16?

    init(_ text: Substring) throws(JobError) {
        if text.contains("@") { throw SourceURL.invalid("holds a user name or password") }
        let portText: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw SourceURL.invalid("names no valid host") }
            host = text[text.index(after: text.startIndex)..<end].lowercased()
            guard IPNetwork.bytes(ofLiteral: host)?.count == 16 else { throw SourceURL.invalid("names no valid host") }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw SourceURL.invalid("names no valid host") }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let colon = text.firstIndex(of: ":")
            host = text[..<(colon ?? text.endIndex)].lowercased()
            guard HostName.isName(host) || IPNetwork.bytes(ofLiteral: host) != nil else {
                throw SourceURL.invalid("names no valid host")
            }
            portText = colon.map { text[text.index(after: $0)...] }
        }
        guard let portText else { return }
        guard let number = IPNetwork.decimal(portText, maximum: 65535), number > 0 else {
            throw SourceURL.invalid("names no valid port")
        }
        port = UInt16(number)
    }
}

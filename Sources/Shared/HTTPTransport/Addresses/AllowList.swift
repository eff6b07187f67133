package import JobCore

/// Hosts and networks that the operator lets sources come from besides public addresses at port 443.
///
/// A host name permits every address it resolves to, so only names whose records the operator trusts belong here.
package struct AllowList: Sendable, Equatable {
    private enum Place: Sendable, Equatable {
        case name(String)
        /// All names below this one, which begins with a dot.
        case namesBelow(String)
        case network(IPNetwork)
    }

    private struct Entry: Sendable, Equatable {
        var place: Place
        /// `nil` permits the ports 443 and 80.
        var port: UInt16?

        func permits(_ other: UInt16) -> Bool {
            guard let port else { return other == 443 || other == 80 }
            return port == other
        }
    }

    private var entries: [Entry] = []

    /// A list without entries.
    package init() {}

    /// Reads the text of `SOURCE_ALLOW`: entries between commas or white space.
    ///
    /// An entry is a host name, `*.` and a name (all names below it, not itself), an address, or a network
    /// (`10.1.0.0/16`, `fd00:1::/32`), and may end with `:port`; IPv6 with a port stands in brackets
    /// (`[fd00:1::/32]:8443`). Throws `configuration_invalid`.
    package init(validating text: String) throws(JobError) {
        let isSeparator: (Character) -> Bool = { $0 == "," || $0.isWhitespace }
        for part in text.split(whereSeparator: isSeparator) {
            guard let entry = Self.entry(String(part)) else { throw Self.invalid(String(part)) }
            entries.append(entry)
        }
    }

    /// Whether an entry permits the connection.
    package func allows(_ address: SocketAddress) -> Bool {
        entries.contains { entry in
            guard entry.permits(address.port) else { return false }
            if case .network(let network) = entry.place { return network.contains(address.bytes) }
            return Self.matches(entry.place, address.host)
        }
    }

    /// Whether an entry names this host, or holds this literal address, and permits the port.
    func names(host: String, port: UInt16) -> Bool {
        let literal = IPNetwork.bytes(ofLiteral: host)
        return entries.contains { entry in
            guard entry.permits(port) else { return false }
            guard case .network(let network) = entry.place else { return Self.matches(entry.place, host) }
            return literal.map(network.contains) ?? false
        }
    }

    /// Whether a host name may turn out to lie in a listed network that permits the port.
    func mayHold(port: UInt16) -> Bool {
        entries.contains { entry in
            guard case .network = entry.place else { return false }
            return entry.permits(port)
        }
    }

    private static func matches(_ place: Place, _ host: String) -> Bool {
        switch place {
        case .name(let name): host == name
        case .namesBelow(let suffix): host.utf8.count > suffix.utf8.count && host.hasSuffix(suffix)
        case .network: false
        }
    }

    private static func entry(_ text: String) -> Entry? {
        if text.hasPrefix("[") { return bracketed(text.dropFirst()) }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        // Two colons and no brackets: all of it is IPv6.
        guard colons == 1, let colon = text.firstIndex(of: ":") else {
            return place(text).map { Entry(place: $0, port: nil) }
        }
        guard let place = place(String(text[..<colon])), let port = port(text[text.index(after: colon)...]) else {
            return nil
        }
        return Entry(place: place, port: port)
    }

    private static func bracketed(_ text: Substring) -> Entry? {
        guard let end = text.firstIndex(of: "]"), let network = IPNetwork(String(text[..<end])),
            network.first.count == 16
        else { return nil }
        let rest = text[text.index(after: end)...]
        if rest.isEmpty { return Entry(place: .network(network), port: nil) }
        guard rest.hasPrefix(":"), let port = port(rest.dropFirst()) else { return nil }
        return Entry(place: .network(network), port: port)
    }

    private static func place(_ text: String) -> Place? {
        if let network = IPNetwork(text) { return .network(network) }
        let name = text.lowercased()
        if name.hasPrefix("*.") {
            let suffix = name.dropFirst()
            return HostName.isName(String(suffix.dropFirst())) ? .namesBelow(String(suffix)) : nil
        }
        return HostName.isName(name) ? .name(name) : nil
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard let number = IPNetwork.decimal(text, maximum: 65535), number > 0 else { return nil }
        return UInt16(number)
    }

    private static func invalid(_ entry: String) -> JobError {
        let shown = String(entry.unicodeScalars.prefix(80).map { $0.isASCII && $0.value > 32 ? Character($0) : "?" })
        return JobError(
            .configurationInvalid, "SOURCE_ALLOW: '\(shown)' is no host, address or network",
            hint: "write names (files.example.com, *.example.com), addresses or networks (10.1.0.0/16), each with an "
                + "optional :port, IPv6 with a port in brackets; no bits may be set after a network's prefix")
    }
}

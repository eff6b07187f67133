package import JobCore

/// The operator's exceptions: `files.internal`, `*.example.com`, `10.1.0.0/16`, `[fd00::1]:8443`, `127.0.0.1:9000`.
package struct AllowList: Sendable {
    private enum Place: Sendable {
        case host(String)
        case suffix(String)
        case range(AddressRange)
    }

    private struct Entry: Sendable {
        let place: Place
        /// `nil`: every port.
        let port: UInt16?
    }

    private let entries: [Entry]

    /// No exceptions.
    package init() { entries = [] }

    /// Reads entries separated by commas or spaces; `nil` has none.
    ///
    /// Throws `configuration_invalid`, which names `SOURCE_ALLOW` and the entry.
    package init(validating text: String?) throws(JobError) {
        var entries: [Entry] = []
        for part in (text ?? "").split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            guard let entry = Self.entry(part.lowercased()) else {
                throw JobError(
                    "configuration_invalid", .configuration,
                    "SOURCE_ALLOW has an entry that is not understood: \(part)",
                    hint: "use hosts (files.internal, *.example.com), addresses or networks (10.1.0.0/16), with :PORT")
            }
            entries.append(entry)
        }
        self.entries = entries
    }

    /// Whether one of the entries names the address, or the host that led to it.
    func covers(_ address: SocketAddress) -> Bool {
        entries.contains { entry in
            guard entry.port == nil || entry.port == address.port else { return false }
            return switch entry.place {
            case .host(let name): address.host == name
            case .suffix(let suffix): address.host.hasSuffix(suffix)
            case .range(let range): range.contains(address.bytes)
            }
        }
    }

    /// Whether a URL with that host may do without TLS, or name another port: only where the operator said so.
    func mentions(host: String, port: UInt16) -> Bool {
        let bytes = AddressRange.address(host) ?? []
        return covers(SocketAddress(bytes: bytes, port: port, host: host))
    }

    private static func entry(_ text: String) -> Entry? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"), let range = AddressRange(text[..<end].dropFirst()) else {
                return nil
            }
            return entry(.range(range), port: text[end...].dropFirst())
        }
        if let range = AddressRange(text) { return Entry(place: .range(range), port: nil) }
        let name = text.prefix { $0 != ":" }
        let port = text[name.endIndex...]
        if let range = AddressRange(name) { return entry(.range(range), port: port) }
        let labels = name.hasPrefix("*.") ? name.dropFirst(2) : name[...]
        // A mistyped address must not become a name.
        guard !labels.isEmpty, labels.utf8.allSatisfy(isNameByte), labels.contains(where: \.isLetter) else {
            return nil
        }
        return entry(name.hasPrefix("*.") ? .suffix("." + labels) : .host(String(labels)), port: port)
    }

    private static func entry(_ place: Place, port: Substring) -> Entry? {
        if port.isEmpty { return Entry(place: place, port: nil) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
        return Entry(place: place, port: number)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

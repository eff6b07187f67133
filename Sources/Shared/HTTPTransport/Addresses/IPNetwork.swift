internal import Glibc

/// A block of IPv4 or IPv6 addresses, as CIDR writes it (RFC 4632, RFC 4291 section 2.3).
package struct IPNetwork: Sendable, Hashable {
    /// The first address: 4 or 16 bytes in network order.
    package let first: [UInt8]
    /// How many leading bits all addresses of the network share.
    package let prefixLength: Int

    /// An IPv4 network by its four numbers.
    init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, prefix: Int) {
        first = [a, b, c, d]
        prefixLength = prefix
    }

    /// An IPv6 network by its leading groups; the others are zero.
    init(groups: [UInt16], prefix: Int) {
        let leading = groups.prefix(8).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        first = leading + [UInt8](repeating: 0, count: 16 - leading.count)
        prefixLength = prefix
    }

    /// An address, or a network with its prefix length after a slash.
    ///
    /// `nil` unless it is the strict form (`inet_pton`: four decimal numbers without leading zeros, or IPv6 without a
    /// zone) and no bit after the prefix is set.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, let bytes = Self.bytes(ofLiteral: String(address)) else { return nil }
        first = bytes
        guard parts.count == 2 else {
            prefixLength = bytes.count * 8
            return
        }
        guard let length = Self.decimal(parts[1], maximum: bytes.count * 8) else { return nil }
        prefixLength = length
        let beyondPrefix = (length..<bytes.count * 8).contains { bytes[$0 / 8] & (0x80 >> UInt8($0 % 8)) != 0 }
        if beyondPrefix { return nil }
    }

    /// Whether the address lies in the network; an address of the other family never does.
    package func contains(_ address: [UInt8]) -> Bool {
        guard address.count == first.count else { return false }
        let whole = prefixLength / 8
        guard address[..<whole] == first[..<whole] else { return false }
        let rest = prefixLength % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return address[whole] & mask == first[whole] & mask
    }

    /// The bytes of an address in its strict text form, without brackets; `nil` for anything else.
    package static func bytes(ofLiteral text: String) -> [UInt8]? {
        let isPlain = text.utf8.allSatisfy { character in
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard isPlain else { return nil }
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        return unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1 ? bytes : nil
    }

    /// A number of digits only, without leading zeros.
    static func decimal(_ text: some StringProtocol, maximum: Int) -> Int? {
        let isPlain = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isPlain, (1...9).contains(text.utf8.count), text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0"),
            let number = Int(text), number <= maximum
        else { return nil }
        return number
    }
}

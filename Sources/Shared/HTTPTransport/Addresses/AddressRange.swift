internal import Glibc

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct AddressRange: Sendable, Hashable {
    /// 4 or 16 bytes in network order.
    let bytes: [UInt8]
    /// Leading bits that all addresses of the block share.
    let prefixBits: Int

    /// Reads an address in its usual text with an optional prefix length; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.address(String(parts[0])) else { return nil }
        let bits = 8 * bytes.count
        guard let prefix = parts.count == 1 ? bits : Int(parts[1]), (0...bits).contains(prefix) else { return nil }
        self.bytes = bytes
        prefixBits = prefix
    }

    /// Whether the address, of 4 or 16 bytes, lies in the block.
    package func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        let whole = prefixBits / 8
        guard address[..<whole] == bytes[..<whole] else { return false }
        let rest = prefixBits % 8
        if rest == 0 { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return address[whole] & mask == bytes[whole] & mask
    }

    /// The bytes of an address in its usual text.
    static func address(_ text: String) -> [UInt8]? {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        let isAddress = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) == 1 }
        return isAddress ? bytes : nil
    }
}

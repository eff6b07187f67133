/// Where requests may go whose URL a tenant has given: public addresses on port 443, and what the operator allows.
///
/// Judged is the address that is connected to, never the text of the URL, so that names, spellings and resolvers cannot
/// lead elsewhere. The blocks are those of the IANA registries of special-purpose addresses
/// (https://www.iana.org/assignments/iana-ipv4-special-registry, `iana-ipv6-special-registry`), and addresses by which
/// clouds serve their machines.
package struct AddressPolicy: AddressJudge {
    private static let refused4 = blocks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    ])
    /// All that is assigned for the public; the rest, with every form that embeds an IPv4 address, falls out.
    private static let public6 = blocks(["2000::/3"])
    private static let refused6 = blocks([
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    ])

    private let allowed: AllowList

    /// A policy with the operator's exceptions.
    package init(allowing allowed: AllowList) { self.allowed = allowed }

    package func allows(_ address: SocketAddress) -> Bool {
        if allowed.covers(address) { return true }
        return address.port == 443 && Self.isPublic(address.bytes)
    }

    /// Whether the address, of 4 or 16 bytes in network order, is one of the public internet.
    package static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: !refused4.contains { $0.contains(bytes) }
        case 16: public6.contains { $0.contains(bytes) } && !refused6.contains { $0.contains(bytes) }
        default: false
        }
    }

    private static func blocks(_ texts: [String]) -> [AddressRange] {
        texts.map { text in
            guard let block = AddressRange(text) else { preconditionFailure("\(text) is no block") }
            return block
        }
    }
}

/// A network that connections are never made to unless the operator lists it.
struct SpecialNetwork: Sendable {
    let network: IPNetwork
    /// The name of the entry in the IANA registry, or of who uses the network.
    let name: String

    init(_ network: IPNetwork, _ name: String) {
        self.network = network
        self.name = name
    }
}

/// What of the address space is not public (IANA IPv4 and IPv6 Special-Purpose Address Registries).
enum SpecialNetworks {
    static let ipv4: [SpecialNetwork] = [
        SpecialNetwork(IPNetwork(0, 0, 0, 0, prefix: 8), "this network"),
        SpecialNetwork(IPNetwork(10, 0, 0, 0, prefix: 8), "private use"),
        // Holds 100.100.100.200, where Alibaba Cloud serves the metadata of a machine.
        SpecialNetwork(IPNetwork(100, 64, 0, 0, prefix: 10), "shared address space"),
        SpecialNetwork(IPNetwork(127, 0, 0, 0, prefix: 8), "loopback"),
        // Public by its number, but Azure answers to its machines there.
        SpecialNetwork(IPNetwork(168, 63, 129, 16, prefix: 32), "Azure platform"),
        SpecialNetwork(IPNetwork(169, 254, 0, 0, prefix: 16), "link local"),
        SpecialNetwork(IPNetwork(172, 16, 0, 0, prefix: 12), "private use"),
        SpecialNetwork(IPNetwork(192, 0, 0, 0, prefix: 24), "IETF protocol assignments"),
        SpecialNetwork(IPNetwork(192, 0, 2, 0, prefix: 24), "documentation (TEST-NET-1)"),
        SpecialNetwork(IPNetwork(192, 31, 196, 0, prefix: 24), "AS112-v4"),
        SpecialNetwork(IPNetwork(192, 52, 193, 0, prefix: 24), "AMT"),
        SpecialNetwork(IPNetwork(192, 88, 99, 0, prefix: 24), "6to4 relay anycast"),
        SpecialNetwork(IPNetwork(192, 168, 0, 0, prefix: 16), "private use"),
        SpecialNetwork(IPNetwork(192, 175, 48, 0, prefix: 24), "direct delegation AS112 service"),
        SpecialNetwork(IPNetwork(198, 18, 0, 0, prefix: 15), "benchmarking"),
        SpecialNetwork(IPNetwork(198, 51, 100, 0, prefix: 24), "documentation (TEST-NET-2)"),
        SpecialNetwork(IPNetwork(203, 0, 113, 0, prefix: 24), "documentation (TEST-NET-3)"),
        SpecialNetwork(IPNetwork(224, 0, 0, 0, prefix: 4), "multicast"),
        SpecialNetwork(IPNetwork(240, 0, 0, 0, prefix: 4), "reserved, limited broadcast"),
    ]

    /// All of IPv6 that is given to hosts of the internet (RFC 4291 section 2.4); what embeds IPv4 by a prefix
    /// (mapped, compatible, translated, NAT64) and what is local lies outside.
    static let ipv6GlobalUnicast = IPNetwork(groups: [0x2000], prefix: 3)

    /// The exceptions inside `ipv6GlobalUnicast`.
    static let ipv6: [SpecialNetwork] = [
        // Holds Teredo, which embeds IPv4, and both ORCHID prefixes.
        SpecialNetwork(IPNetwork(groups: [0x2001], prefix: 23), "IETF protocol assignments"),
        SpecialNetwork(IPNetwork(groups: [0x2001, 0x0db8], prefix: 32), "documentation"),
        SpecialNetwork(IPNetwork(groups: [0x2002], prefix: 16), "6to4"),
        SpecialNetwork(IPNetwork(groups: [0x2620, 0x004f, 0x8000], prefix: 48), "direct delegation AS112 service"),
        SpecialNetwork(IPNetwork(groups: [0x3fff], prefix: 20), "documentation"),
    ]
}

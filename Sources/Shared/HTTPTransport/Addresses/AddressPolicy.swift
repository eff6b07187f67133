/// Allows connections to public addresses at port 443, and to what the operator lists.
///
/// It judges the address that is about to be connected, so no spelling of a name or a number leads around it.
package struct AddressPolicy: AddressJudge {
    private let allowList: AllowList

    /// A policy with the operator's exceptions, none by default.
    package init(allowing allowList: AllowList = AllowList()) {
        self.allowList = allowList
    }

    package func allows(_ address: SocketAddress) -> Bool {
        if allowList.allows(address) { return true }
        return address.port == 443 && Self.refusal(of: address.bytes) == nil
    }

    /// Why an address is not public: the name of its registry entry; `nil` for a global unicast address.
    package static func refusal(of bytes: [UInt8]) -> String? {
        switch bytes.count {
        case 4: SpecialNetworks.ipv4.first { $0.network.contains(bytes) }?.name
        case 16 where !SpecialNetworks.ipv6GlobalUnicast.contains(bytes): "not global unicast"
        case 16: SpecialNetworks.ipv6.first { $0.network.contains(bytes) }?.name
        default: "no address"
        }
    }
}

import HTTPTransport
import Testing

/// First and last address of each range that must be refused, written out apart from the table under test.
private let deniedIPv4: [(first: String, last: String)] = [
    ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"), ("168.63.129.16", "168.63.129.16"), ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"), ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"),
    ("192.31.196.0", "192.31.196.255"), ("192.52.193.0", "192.52.193.255"), ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"), ("192.175.48.0", "192.175.48.255"), ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"), ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"),
]

private let deniedIPv6: [(first: String, last: String)] = [
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]

@Suite("Address policy")
struct AddressPolicyTests {
    private let policy = AddressPolicy()

    private func bytes(_ text: String) throws -> [UInt8] {
        try #require(IPNetwork.bytes(ofLiteral: text), "\(text)")
    }

    private func allows(_ bytes: [UInt8], port: UInt16 = 443) -> Bool {
        policy.allows(SocketAddress(bytes: bytes, port: port, host: "example.com"))
    }

    /// The address `step` before or after, `nil` beyond the ends.
    private func neighbour(_ bytes: [UInt8], _ step: Int) -> [UInt8]? {
        var result = bytes
        for index in result.indices.reversed() {
            let (value, overflow) =
                step > 0 ? result[index].addingReportingOverflow(1) : result[index].subtractingReportingOverflow(1)
            result[index] = value
            if !overflow { return result }
        }
        return nil
    }

    @Test("The first and the last address of each range are refused, their neighbours outside allowed")
    func rangeEnds() throws {
        for ranges in [deniedIPv4, deniedIPv6] {
            let bounds = try ranges.map { (try bytes($0.first), try bytes($0.last)) }
            for (first, last) in bounds {
                #expect(!allows(first), "\(first)")
                #expect(!allows(last), "\(last)")
                for outside in [neighbour(first, -1), neighbour(last, 1)].compactMap({ $0 }) {
                    let isInOther = bounds.contains {
                        !outside.lexicographicallyPrecedes($0.0) && !$0.1.lexicographicallyPrecedes(outside)
                    }
                    #expect(allows(outside) == !isInOther, "\(outside)")
                }
            }
        }
    }

    @Test("Each way to write an IPv4 address into an IPv6 address is refused")
    func embeddedIPv4() throws {
        for range in deniedIPv4 {
            for text in [range.first, range.last] {
                let ipv4 = try bytes(text)
                let zeros = [UInt8](repeating: 0, count: 16)
                let inverted = ipv4.map { ~$0 }
                let forms: [String: [UInt8]] = [
                    "compatible": zeros[..<12] + ipv4,
                    "mapped": zeros[..<10] + [0xFF, 0xFF] + ipv4,
                    "translated": zeros[..<8] + [0xFF, 0xFF, 0, 0] + ipv4,
                    "NAT64": [0, 0x64, 0xFF, 0x9B] + zeros[..<8] + ipv4,
                    "local NAT64": [0, 0x64, 0xFF, 0x9B, 0, 1] + zeros[..<6] + ipv4,
                    "6to4": [0x20, 0x02] + ipv4 + zeros[..<10],
                    "Teredo": [0x20, 0x01, 0, 0] + zeros[..<8] + inverted,
                ]
                for (name, form) in forms {
                    #expect(form.count == 16)
                    #expect(!allows(form), "\(name) \(text)")
                }
            }
        }
    }

    @Test(
        "Addresses where clouds serve secrets are refused",
        arguments: [
            "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
            "fe80::a9fe:a9fe", "::1", "::", "fec0::1", "ff02::1", "100::1", "64:ff9b::7f00:1",
        ])
    func metadata(text: String) throws {
        #expect(!allows(try bytes(text)))
    }

    @Test("Public addresses are allowed at port 443 only")
    func ports() throws {
        for text in ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"] {
            #expect(allows(try bytes(text)))
            for port: UInt16 in [0, 22, 80, 442, 444, 8443] { #expect(!allows(try bytes(text), port: port)) }
        }
    }

    @Test("What is no address of either family is refused")
    func otherFamilies() {
        for count in [0, 1, 3, 5, 15, 17] { #expect(!allows([UInt8](repeating: 0x20, count: count))) }
    }

    @Test("The reason is the name of the registry entry")
    func reasons() throws {
        #expect(AddressPolicy.refusal(of: try bytes("10.1.2.3")) == "private use")
        #expect(AddressPolicy.refusal(of: try bytes("2002:7f00:1::")) == "6to4")
        #expect(AddressPolicy.refusal(of: try bytes("fd00::1")) == "not global unicast")
        #expect(AddressPolicy.refusal(of: try bytes("8.8.8.8")) == nil)
    }
}

import Glibc
import HTTPTransport
import Testing

/// Ways to write a local address that have passed filters elsewhere.
private let evasions: [String] = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1",
    "0177.0.0.01", "00000177.1", "017700000001", "0", "0.0.0.0", "00", "0x0", "127.000.000.001", "127.0.0.1.",
    "2130706433.", "127.0.0.0x1", "127.255.255.254", "1.1.1.1@127.0.0.1", "good.example@127.0.0.1",
    "good.example\\@127.0.0.1", "good.example#@127.0.0.1:", "127.0.0.1#@good.example", "127.0.0.1?@good.example",
    "good.example%00@127.0.0.1", "127.0.0.1%00.good.example", "127.0.0.1\u{0}.good.example", "127.0.0.1%0d%0a",
    "127.0.0.1\r\n", "127.0.0.1 good.example", "127.0.0.1\tgood.example", "%31%32%37.0.0.1", "127%2e0%2e0%2e1",
    "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "ⓛocalhost", "localhost", "LOCALHOST", "localhost.",
    "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::80ff:fffe]", "[fe80::1%lo]", "[fe80::1%25lo]", "[::1%25lo]", "[fd00:ec2::254]", "[::1].", "[v1.x]",
    "::1", "169.254.169.254", "2852039166", "0xa9fea9fe", "169.254.43518", "0251.0376.0251.0376", "10.0.0.1",
    "168.63.129.16",
    "100.100.100.200", "4294967296", "127.0.0.1:443:443", "127.0.0.1:",
]

@Suite("Evasion of the address policy")
struct AddressEvasionTests {
    @Test("A local address is refused however it is written", arguments: evasions)
    func evasion(host: String) throws {
        guard let url = try? SourceURL(validating: "https://\(host)/data.csv") else { return }
        if url.host == "good.example" { return }  // What follows was a fragment or a query and is not sent as a host.
        let addresses = Self.addresses(of: url.host)
        #expect(!addresses.isEmpty, "\(url.host)")
        for bytes in addresses {
            let address = SocketAddress(bytes: bytes, port: url.port, host: url.host)
            #expect(!AddressPolicy().allows(address), "\(bytes)")
        }
    }

    @Test("Only plain addresses and localhost get as far as the connection")
    func parsed() throws {
        let passing = evasions.compactMap { try? SourceURL(validating: "https://\($0)/").host }
        #expect(
            passing.filter { !$0.contains(":") }.sorted() == [
                "0.0.0.0", "10.0.0.1", "100.100.100.200", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.255.255.254",
                "168.63.129.16", "169.254.169.254", "good.example", "localhost", "localhost",
            ])
    }

    /// The addresses of a host by the resolver of the system; only `localhost` is looked up, by the hosts file.
    private static func addresses(of host: String) -> [[UInt8]] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = host == "localhost" ? 0 : AI_NUMERICHOST
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "443", &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var result: [[UInt8]] = []
        var next = unsafe list
        while let entry = unsafe next {
            // The address begins after family and port, in IPv6 also after the flow label.
            let isIPv6 = unsafe entry.pointee.ai_family == AF_INET6
            if let address = unsafe entry.pointee.ai_addr {
                let raw = unsafe UnsafeRawBufferPointer(
                    start: address, count: Int(entry.pointee.ai_addrlen))
                unsafe result.append(Array(raw[(isIPv6 ? 8 : 4)..<(isIPv6 ? 24 : 8)]))
            }
            unsafe next = entry.pointee.ai_next
        }
        return result
    }
}

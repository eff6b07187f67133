import HTTPTransport
import JobCore
import Testing

@Suite("Allow-list")
struct AllowListTests {
    private func allows(_ list: String, _ host: String, _ address: String, _ port: UInt16) throws -> Bool {
        let bytes = try #require(IPNetwork.bytes(ofLiteral: address))
        let policy = AddressPolicy(allowing: try AllowList(validating: list))
        return policy.allows(SocketAddress(bytes: bytes, port: port, host: host))
    }

    @Test("A network permits its addresses, and no neighbour")
    func networks() throws {
        let list = "10.1.0.0/16, 127.0.0.1:8080\n[fd00:1::/32]:8443 fd00:2::/32"
        #expect(try allows(list, "a", "10.1.0.0", 443))
        #expect(try allows(list, "a", "10.1.255.255", 80))
        #expect(try !allows(list, "a", "10.1.0.1", 8080))
        #expect(try !allows(list, "a", "10.0.255.255", 443))
        #expect(try !allows(list, "a", "10.2.0.0", 443))
        #expect(try allows(list, "127.0.0.1", "127.0.0.1", 8080))
        #expect(try !allows(list, "127.0.0.1", "127.0.0.1", 443))
        #expect(try !allows(list, "127.0.0.2", "127.0.0.2", 8080))
        #expect(try allows(list, "a", "fd00:1::7", 8443))
        #expect(try !allows(list, "a", "fd00:1::7", 443))
        #expect(try allows(list, "a", "fd00:2::7", 443))
        #expect(try !allows(list, "a", "fd00:3::7", 443))
    }

    @Test("A prefix may end within a byte")
    func prefixes() throws {
        #expect(try allows("172.16.0.0/12", "a", "172.31.255.255", 443))
        #expect(try !allows("172.16.0.0/12", "a", "172.32.0.0", 80))
        #expect(try allows("0.0.0.0/0", "a", "127.0.0.1", 443))
        #expect(try !allows("0.0.0.0/0", "a", "::1", 443))
        #expect(try !allows("127.0.0.0/8", "a", "::ffff:127.0.0.1", 443))
    }

    @Test("A name permits what it resolves to, a wildcard all names below it")
    func names() throws {
        #expect(try allows("Files.example.com", "files.example.com", "10.0.0.1", 443))
        #expect(try !allows("files.example.com", "x.files.example.com", "10.0.0.1", 443))
        #expect(try allows("*.example.com:9000", "a.b.example.com", "10.0.0.1", 9000))
        #expect(try !allows("*.example.com:9000", "a.example.com", "10.0.0.1", 443))
        #expect(try !allows("*.example.com", "example.com", "10.0.0.1", 443))
        #expect(try !allows("*.example.com", "badexample.com", "10.0.0.1", 443))
        #expect(try !allows("*.example.com", ".example.com", "10.0.0.1", 443))
    }

    @Test("An empty list permits nothing more", arguments: ["", " ", ",, \n\t"])
    func empty(list: String) throws {
        #expect(try !allows(list, "localhost", "127.0.0.1", 443))
        #expect(try allows(list, "one.one.one.one", "1.1.1.1", 443))
    }

    @Test(
        "Entries that are no host, address or network are refused",
        arguments: [
            "https://example.com", "*", "*.", "a b*", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08",
            "fd00::/129",
            "fd00::1%eth0", "[fd00::1", "[10.0.0.1]:80", "[::1]x", "[::1]:", "example.com:0", "example.com:65536",
            "example.com:", ":443", "127.1", "0x7f000001", "2130706433", "010.0.0.1", "example.com.", "exämple.com",
            "user@example.com", "a..b", "-a.example", "10.0.0.0-10.0.0.9",
        ])
    func malformed(entry: String) throws {
        let error = #expect(throws: JobError.self) { try AllowList(validating: "good.example, \(entry)") }
        #expect(error?.code == .configurationInvalid)
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.hasPrefix("SOURCE_ALLOW: '") == true)
    }

    @Test("The refusal shows the entry, without characters that could be mistaken")
    func message() throws {
        let error = #expect(throws: JobError.self) { try AllowList(validating: "a.example b\u{1B}[2J") }
        #expect(error?.message == "SOURCE_ALLOW: 'b?[2J' is no host, address or network")
    }
}

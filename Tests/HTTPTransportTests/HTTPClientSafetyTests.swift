import Glibc
import HTTPTransport
import Synchronization
import TestSupport
import Testing

/// Allows what the closure says and counts the questions.
private final class Judge: AddressJudge {
    let asked = Mutex<[SocketAddress]>([])
    private let isAllowed: @Sendable (Int) -> Bool

    init(_ isAllowed: @escaping @Sendable (Int) -> Bool) { self.isAllowed = isAllowed }

    func allows(_ address: SocketAddress) -> Bool {
        let index = asked.withLock { asked in
            asked.append(address)
            return asked.count - 1
        }
        return isAllowed(index)
    }
}

@Suite("HTTP client and what is not allowed", .timeLimit(.minutes(5)))
struct HTTPClientSafetyTests {
    private static func echo() throws -> LoopbackServer {
        try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
    }

    @Test("A denied address is never connected to, and the message tells nothing about it")
    func denied() async throws {
        let server = try Self.echo()
        let (descriptor, closedPort) = try LoopbackServer.listen(backlog: 1)
        close(descriptor)
        let judge = Judge { _ in false }
        let client = makeClient(judge: judge)
        var messages: Set<String> = []
        for url in [server.url + "/a", "http://LOCALHOST:\(server.port)/b", "http://127.0.0.1:\(closedPort)/"] {
            let error = try await failure { _ = try await client.send(HTTPRequest("GET", url), maximumBodyBytes: 1) }
            #expect(error.kind == .denied)
            #expect(!error.isTransient)
            messages.insert(error.message)
        }
        #expect(messages == ["http: the address is not allowed"])
        let asked = judge.asked.withLock { $0 }
        #expect(asked.first == SocketAddress(bytes: [127, 0, 0, 1], port: server.port, host: "127.0.0.1"))
        #expect(asked.contains { $0.host == "localhost" })
        // The connection of an allowed client is the first one the server sees.
        _ = try await makeClient().send(HTTPRequest("GET", server.url), maximumBodyBytes: 1)
        #expect(server.acceptedCount == 1)
        #expect(server.requests.count == 1)
    }

    @Test("A kept connection is judged again before the next request")
    func deniedOnReuse() async throws {
        let server = try Self.echo()
        // Asked when connecting, before the first request and before the second one.
        let judge = Judge { $0 < 2 }
        let client = makeClient(judge: judge)
        _ = try await client.send(HTTPRequest("GET", server.url), maximumBodyBytes: 1)
        let error = try await failure {
            _ = try await client.send(HTTPRequest("GET", server.url), maximumBodyBytes: 1)
        }
        #expect(error.kind == .denied)
        #expect(server.requests.count == 1)
        #expect(server.acceptedCount == 1)
    }

    @Test("Proxies of the environment are ignored")
    func proxies() async throws {
        let proxy = try Self.echo()
        let server = try Self.echo()
        let names = ["http_proxy", "ALL_PROXY", "all_proxy"]
        for name in names { unsafe setenv(name, proxy.url, 1) }
        defer { for name in names { unsafe unsetenv(name) } }
        _ = try await makeClient().send(HTTPRequest("GET", server.url), maximumBodyBytes: 1)
        #expect(server.requests.count == 1)
        #expect(proxy.acceptedCount == 0)
    }

    @Test("A redirect is an answer and not followed")
    func redirects() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer("302 Found", fields: ["Location: /other"]) }
        }
        let response = try await makeClient().send(HTTPRequest("GET", server.url), maximumBodyBytes: 1)
        #expect(response.status == 302)
        #expect(response.head["location"] == "/other")
        #expect(server.requests.count == 1)
    }

    @Test(
        "Fields that would break out of their line, or are not the caller's, are refused",
        arguments: [
            HTTPField("X-A", "a\r\nX-B: b"), HTTPField("X-A", "a\nb"), HTTPField("X-A", "a\u{0}b"),
            HTTPField("X-A: b\r\nX-B", "c"), HTTPField("X A", "b"), HTTPField("", "b"), HTTPField("X-A:", "b"),
            HTTPField("Content-Length", "3"), HTTPField("Transfer-Encoding", "chunked"), HTTPField("expect", "x"),
        ])
    func fieldInjection(_ field: HTTPField) async throws {
        let server = try Self.echo()
        let error = try await failure {
            _ = try await makeClient().send(HTTPRequest("GET", server.url, fields: [field]), maximumBodyBytes: 1)
        }
        #expect(error.kind == .invalid)
        #expect(server.requests.isEmpty)
    }

    @Test(
        "URLs that are not plain HTTP are refused",
        arguments: [
            "file:///etc/passwd", "https://127.0.0.1/", "ftp://127.0.0.1/", "127.0.0.1", "http://", "http:///x",
            "http:/127.0.0.1/", "",
            "http://user@127.0.0.1/", "http://user:pw@127.0.0.1/", "http://@127.0.0.1/", "http://a\\@127.0.0.1/",
            "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://①②⑦.⓪.⓪.①/", "http://127.0.0.1:99999/",
        ])
    func urls(_ url: String) async throws {
        let error = try await failure {
            _ = try await makeClient().send(HTTPRequest("GET", url), maximumBodyBytes: 1)
        }
        #expect(error.kind == .invalid)
        #expect(!error.message.contains("pw"))
    }

    @Test("No TLS secrets are written where the environment says")
    func keyLog() async throws {
        let folder = try TemporaryFolder()
        // In a process of its own: libcurl opens the file when it is initialised, once a process.
        await #expect(processExitsWith: .success) { [path = (folder.path + "/keys") as String] in
            unsafe setenv("SSLKEYLOGFILE", path, 1)
            _ = makeClient()
            exit(unsafe access(path, F_OK) == 0 ? 1 : 0)
        }
    }

    @Test("A certificate counts only when its issuer is trusted and it names the host")
    func certificates() async throws {
        let folder = try TemporaryFolder()
        func openssl(_ arguments: String) throws {
            let result = try ChildProcess.run(
                "openssl", arguments.split(separator: " ").map(String.init), workingFolder: folder.path)
            try #require(result.status == 0, "\(result.errorText)")
        }
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        try openssl("req -x509 \(key) -keyout ca.key -out ca.pem -subj /CN=test-ca")
        try openssl(
            "req -x509 \(key) -CA ca.pem -CAkey ca.key -keyout server.key -out server.pem -subj /CN=test "
                + "-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE")
        let (descriptor, port) = try LoopbackServer.listen(backlog: 1)
        close(descriptor)
        let arguments = "s_server -accept 127.0.0.1:\(port) -cert server.pem -key server.key -www -quiet"
        let child = try ChildProcess(
            "openssl", arguments.split(separator: " ").map(String.init), workingFolder: folder.path)
        defer {
            child.send(SIGKILL)
            _ = try? child.wait()
        }
        func kind(_ host: String, _ file: String?) async -> HTTPFailure.Kind? {
            let client = HTTPClient(HTTPClientOptions(userAgent: "test", certificateFile: file))
            do throws(HTTPFailure) {
                let request = HTTPRequest("GET", "https://\(host):\(port)/")
                #expect(try await client.send(request, maximumBodyBytes: 1 << 20).status == 200)
                return nil
            } catch {
                return error.kind
            }
        }
        let file = folder.path + "/ca.pem"
        // Until the server listens, the connection is refused.
        while await kind("127.0.0.1", nil) == .unreachable {}
        #expect(await kind("127.0.0.1", nil) == .untrusted)
        #expect(await kind("127.0.0.1", file) == nil)
        #expect(await kind("localhost", file) == .untrusted)
        #expect(await kind("127.0.0.1", folder.path + "/none.pem") == .untrusted)
    }
}

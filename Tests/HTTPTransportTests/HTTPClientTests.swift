import HTTPTransport
import Synchronization
import TestSupport
import Testing

/// A client for loopback with short times.
func makeClient(
    stallSeconds: Double = 20, connectSeconds: Double = 10, judge: (any AddressJudge)? = nil
) -> HTTPClient {
    HTTPClient(
        HTTPClientOptions(
            userAgent: "data-io-test", connectSeconds: connectSeconds, stallSeconds: stallSeconds,
            allowedSchemes: ["http"], addressJudge: judge,
            // Tests count connections, however long a busy machine takes between two requests.
            idleSeconds: 3_600))
}

/// The failure of a request that must fail.
func failure(_ body: () async throws -> Void) async throws -> HTTPFailure {
    let error = await #expect(throws: HTTPFailure.self) { try await body() }
    return try #require(error)
}

/// Bytes that differ along their length.
func pattern(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        let value = random.next()
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}

@Suite("HTTP client", .timeLimit(.minutes(5)))
struct HTTPClientTests {
    @Test("Only the given fields, Host, User-Agent and the length go on the wire")
    func requestBytes() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        let client = makeClient()
        let fields = [HTTPField("X-One", "a b"), HTTPField("X-Empty", ""), HTTPField("If-None-Match", "*")]
        for method in ["GET", "HEAD", "DELETE", "PUT", "POST"] {
            let url = server.url + "/a/../b%2Fc?x=1&y=%20"
            let response = try await client.send(HTTPRequest(method, url, fields: fields), maximumBodyBytes: 0)
            #expect(response.status == 200)
        }
        let body = Array("0123".utf8)
        for method in ["PUT", "POST"] {
            let request = HTTPRequest(
                method, server.url + "/x", fields: [HTTPField("content-type", "text/csv")], body: body)
            _ = try await client.send(request, maximumBodyBytes: 0)
        }
        let common = [
            "Host: 127.0.0.1:\(server.port)", "User-Agent: data-io-test", "X-One: a b", "X-Empty:", "If-None-Match: *",
        ]
        func lines(_ index: Int) -> [String] { server.requests[index].lines }
        #expect(lines(0) == ["GET /a/../b%2Fc?x=1&y=%20 HTTP/1.1"] + common)
        #expect(lines(1) == ["HEAD /a/../b%2Fc?x=1&y=%20 HTTP/1.1"] + common)
        #expect(lines(2) == ["DELETE /a/../b%2Fc?x=1&y=%20 HTTP/1.1"] + common)
        for (index, method) in [(3, "PUT"), (4, "POST")] {
            #expect(lines(index)[0] == "\(method) /a/../b%2Fc?x=1&y=%20 HTTP/1.1")
            #expect(lines(index).dropFirst().sorted() == (common + ["Content-Length: 0"]).sorted())
        }
        for index in [5, 6] {
            #expect(lines(index).contains("Content-Length: 4") && lines(index).contains("content-type: text/csv"))
            #expect(lines(index).count == 5)
            #expect(server.requests[index].body == body)
        }
        #expect(server.acceptedCount == 1)
    }

    @Test("HEAD has the length of the object and no body")
    func head() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 7000000\r\n\r\n")
            }
        }
        let client = makeClient()
        for _ in 0..<2 {
            let response = try await client.send(HTTPRequest("HEAD", server.url + "/x"), maximumBodyBytes: 10)
            #expect(response.head["content-length"] == "7000000")
            #expect(response.body.isEmpty)
        }
        #expect(server.acceptedCount == 1)
    }

    @Test("An interim answer is passed over, trailers are no fields, and no status is a failure")
    func interimAnswer() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 503 Slow Down\r\nRetry-After:  3 \r\nX-Long: a\r\n  b\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")
            connection.waitForClose()
        }
        let response = try await makeClient().send(HTTPRequest("GET", server.url), maximumBodyBytes: 3)
        #expect(response.status == 503)
        #expect(response.head["retry-after"] == "3")
        #expect(response.head["x-long"] == "a b")
        #expect(response.head.fields.count == 3)
        #expect(response.body == Array("abc".utf8))
    }

    // libcurl would wait a second for leave to send a body of this size, from a server that does not give it.
    @Test("1 MiB goes up and comes back, and no leave is asked for to send it (Expect: 100-continue)")
    func roundTrip() async throws {
        let server = try LoopbackServer { connection in
            while let request = connection.readRequest() { connection.answer(body: request.body) }
        }
        let client = makeClient()
        let body = pattern(1 << 20, seed: 1)
        for _ in 0..<3 {
            let request = HTTPRequest("PUT", server.url + "/x", body: body)
            let response = try await client.send(request, maximumBodyBytes: 1 << 20)
            #expect(response.body == body)
        }
        #expect(server.requests.count == 3)
        #expect(!server.requests.contains { $0.head.lowercased().contains("expect") })
    }

    @Test("No request of 1,000 fails over a server that closes and resets kept connections at random")
    func randomCloses() async throws {
        let server = try LoopbackServer { connection in
            var random = SeededRandom(seed: UInt64(connection.index))
            while let request = connection.readRequest() {
                connection.answer(body: request.body)
                switch random.next() % 8 {
                case 0: return
                case 2: return connection.reset()
                // Just when the next request arrives, the worst moment for a client that takes a kept connection.
                case 1: return connection.resetAtNextRequest()
                default: break
                }
            }
        }
        let client = makeClient()
        for index in 0..<1000 {
            let body = Array("body \(index)".utf8)
            let request = HTTPRequest("PUT", server.url + "/x", body: body)
            let response = try await client.send(request, maximumBodyBytes: 100)
            #expect(response.body == body)
        }
        #expect(server.acceptedCount > 100 && server.acceptedCount < 500)
    }

    @Test("More requests than connections take turns")
    func manyAtOnce() async throws {
        let server = try LoopbackServer { connection in
            while let request = connection.readRequest() { connection.answer(body: request.body) }
        }
        let client = makeClient()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let body = Array("\(index)".utf8)
                    let request = HTTPRequest("PUT", server.url, body: body)
                    let response = try await client.send(request, maximumBodyBytes: 100)
                    #expect(response.body == body)
                }
            }
            try await group.waitForAll()
        }
        #expect(server.acceptedCount <= 16)
    }

    @Test("A slow reader gets every byte, and the sender waits for it meanwhile")
    func backPressure() async throws {
        let total = 48 << 20
        let chunk = pattern(1 << 20, seed: 2)
        let blocked = Signal()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            for start in stride(from: 0, to: total, by: 1 << 16) {
                // Blocked for longer than the client's time for stalls: a pause of the reader is none.
                if !connection.canSend(within: 1200) { blocked.give() }
                let offset = start % chunk.count
                connection.send(Array(chunk[offset..<(offset + (1 << 16))]))
            }
            blocked.give()
            connection.waitForClose()
        }
        let reader = try await makeClient(stallSeconds: 0.5).open(HTTPRequest("GET", server.url))
        await blocked.wait()
        #expect(server.record.sentBytes.load(ordering: .sequentiallyConsistent) < 24 << 20)
        var buffer: [UInt8] = []
        var received = 0
        var differences = 0
        while try await reader.read(into: &buffer) {
            let start = received % chunk.count
            let expected = (chunk[start...] + chunk + chunk).prefix(buffer.count)
            if Array(expected) != buffer { differences += 1 }
            received += buffer.count
        }
        #expect(received == total)
        #expect(differences == 0)
        #expect(buffer.isEmpty)
    }
}

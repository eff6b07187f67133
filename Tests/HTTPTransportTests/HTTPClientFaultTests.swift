import Glibc
import HTTPTransport
import TestSupport
import Testing

@Suite("HTTP client and faults", .timeLimit(.minutes(5)))
struct HTTPClientFaultTests {
    @Test(
        "A body that ends early is truncated, by its length and by its chunks",
        arguments: ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
    func truncation(_ answer: String) async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n" + answer)
        }
        let client = makeClient()
        let whole = try await failure {
            _ = try await client.send(HTTPRequest("GET", server.url), maximumBodyBytes: 100)
        }
        #expect(whole.kind == .truncated)
        let reader = try await client.open(HTTPRequest("GET", server.url))
        var buffer: [UInt8] = []
        #expect(try await reader.read(into: &buffer))
        #expect(buffer == Array("abc".utf8))
        let streamed = try await failure { _ = try await reader.read(into: &buffer) }
        #expect(streamed.kind == .truncated)
    }

    @Test("What is no HTTP is malformed")
    func malformed() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send("220 mail.example ESMTP\r\n")
        }
        let error = try await failure {
            _ = try await makeClient().send(HTTPRequest("GET", server.url + "/p?secret=1"), maximumBodyBytes: 100)
        }
        #expect(error.kind == .malformed)
        #expect(error.message.contains("http://127.0.0.1:\(server.port)/p:") && !error.message.contains("secret"))
    }

    @Test("A reset and an answer that never begins are interrupted", arguments: [true, false])
    func interrupted(_ isReset: Bool) async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            if isReset { connection.reset() }
        }
        let error = try await failure {
            _ = try await makeClient().send(HTTPRequest("GET", server.url), maximumBodyBytes: 100)
        }
        #expect(error.kind == .interrupted)
        #expect(server.acceptedCount == 1)
    }

    @Test("A closed port is unreachable, a name that is none unresolved")
    func unreachable() async throws {
        let (descriptor, port) = try LoopbackServer.listen(backlog: 1)
        close(descriptor)
        let client = makeClient()
        let closed = try await failure {
            _ = try await client.send(HTTPRequest("GET", "http://127.0.0.1:\(port)/"), maximumBodyBytes: 1)
        }
        #expect(closed.kind == .unreachable)
        let unresolved = try await failure {
            _ = try await client.send(HTTPRequest("GET", "http://nothing.invalid/"), maximumBodyBytes: 1)
        }
        #expect(unresolved.kind == .unresolved)
    }

    @Test("Silence before the head and in the body is a stall")
    func stallOfAnswer() async throws {
        let server = try LoopbackServer { connection in
            let request = connection.readRequest()
            if request?.head.contains("/body") == true {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            }
            connection.waitForClose()
        }
        let client = makeClient(stallSeconds: 0.4)
        for path in ["/head", "/body"] {
            let error = try await failure {
                _ = try await client.send(HTTPRequest("GET", server.url + path), maximumBodyBytes: 100)
            }
            #expect(error.kind == .stalled)
        }
    }

    @Test("A connection that is not accepted is a stall")
    func stallOfConnection() async throws {
        let (descriptor, port) = try LoopbackServer.listen(backlog: 0)
        var fillers: [Int32] = []
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            var address = LoopbackServer.loopback(port: port)
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    _ = unsafe connect(filler, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            fillers.append(filler)
        }
        let error = try await failure {
            _ = try await makeClient(connectSeconds: 0.4)
                .send(HTTPRequest("GET", "http://127.0.0.1:\(port)/"), maximumBodyBytes: 1)
        }
        #expect(error.kind == .stalled)
        for filler in fillers { close(filler) }
        close(descriptor)
    }

    @Test("An upload that is not read is a stall")
    func stallOfUpload() async throws {
        let server = try LoopbackServer { $0.waitForHangUp() }
        let body = [UInt8](repeating: 7, count: 32 << 20)
        let error = try await failure {
            _ = try await makeClient(stallSeconds: 0.5)
                .send(HTTPRequest("PUT", server.url, body: body), maximumBodyBytes: 1)
        }
        #expect(error.kind == .stalled)
    }

    @Test("An upload that a slow receiver takes bit by bit is no stall, though the kernel could hold all of it")
    func slowUpload() async throws {
        let server = try LoopbackServer(receiveBytes: 1 << 15) { connection in
            _ = connection.readRequest(pause: 100)
            connection.answer()
        }
        let body = pattern(2 << 20, seed: 3)
        let clock = ContinuousClock()
        let start = clock.now
        let response = try await makeClient(stallSeconds: 1.2)
            .send(HTTPRequest("PUT", server.url, body: body), maximumBodyBytes: 1)
        #expect(response.status == 200)
        #expect(server.requests.first?.body == body)
        #expect(clock.now - start > .seconds(2))
    }

    @Test("A slow answer that moves is no stall, but ends with the time allowed")
    func slowAnswer() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while connection.send("x") { connection.pause(milliseconds: 150) }
        }
        let client = makeClient(stallSeconds: 0.6)
        let error = try await failure {
            let request = HTTPRequest("GET", server.url, secondsAllowed: 1.5)
            _ = try await client.send(request, maximumBodyBytes: 1000)
        }
        #expect(error.kind == .timedOut)
    }

    @Test("Cancelling the task ends the transfer and its connection", arguments: [true, false])
    func cancellation(_ isStreamed: Bool) async throws {
        let started = Signal()
        let closed = Signal()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            started.give()
            connection.waitForClose()
            closed.give()
        }
        let client = makeClient()
        let task = Task { () -> HTTPFailure? in
            do throws(HTTPFailure) {
                let request = HTTPRequest("GET", server.url)
                if isStreamed {
                    var buffer: [UInt8] = []
                    _ = try await client.open(request).read(into: &buffer)
                } else {
                    _ = try await client.send(request, maximumBodyBytes: 10)
                }
                return nil
            } catch {
                return error
            }
        }
        await started.wait()
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        await closed.wait()
    }

    @Test("Letting go of a reader, and closing it, ends the connection", arguments: [true, false])
    func letGo(_ isClosed: Bool) async throws {
        let closed = Signal()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            connection.waitForClose()
            closed.give()
        }
        let client = makeClient()
        var reader: (any HTTPBodyReader)? = try await client.open(HTTPRequest("GET", server.url))
        #expect(reader?.head.status == 200)
        if isClosed { await reader?.close() } else { reader = nil }
        await closed.wait()
        reader = nil
    }

    @Test("A client that goes closes its connections; one with an open reader stays until the reader goes")
    func clientGoes() async throws {
        let closed = Signal()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.answer(body: Array("abc".utf8))
            connection.waitForClose()
            closed.give()
        }
        var reader: (any HTTPBodyReader)? = try await makeClient().open(HTTPRequest("GET", server.url))
        var buffer: [UInt8] = []
        var received: [UInt8] = []
        while try await reader?.read(into: &buffer) == true { received += buffer }
        #expect(received == Array("abc".utf8))
        reader = nil
        await closed.wait()
    }

    @Test("An answer above the limit is too large, announced or not", arguments: [true, false])
    func tooLarge(_ isAnnounced: Bool) async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            let length = isAnnounced ? "Content-Length: 1000000\r\n" : "Transfer-Encoding: chunked\r\n"
            connection.send("HTTP/1.1 200 OK\r\n\(length)\r\n")
            while connection.send("64\r\n" + String(repeating: "x", count: 100) + "\r\n") {}
        }
        let client = makeClient()
        let error = try await failure {
            _ = try await client.send(HTTPRequest("GET", server.url), maximumBodyBytes: 5000)
        }
        #expect(error.kind == .tooLarge)
        #expect(!error.isTransient)
    }
}

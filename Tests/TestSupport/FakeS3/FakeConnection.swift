import Glibc
import Synchronization

/// One connection: reads requests and answers them, in order, on its own thread.
final class FakeConnection {
    private enum Next {
        case keep
        case end
    }

    private static let headLimit = 1 << 16

    private let socket: Int32
    private let number: Int
    private let core: FakeCore
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    private var start = 0
    private var end = 0
    private var isReset = false

    init(_ socket: Int32, _ number: Int, _ core: FakeCore) {
        self.socket = socket
        self.number = number
        self.core = core
    }

    func run() {
        while serveOne() == .keep {}
        // A child that was started between accept and close-on-exec would otherwise hold the connection open.
        if !isReset { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// The text of a head; nil at the end of the connection.
    private func readHead() -> String? {
        if start == end {
            start = 0
            end = 0
        } else if start > buffer.count / 2 {
            buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
            end -= start
            start = 0
        }
        var searched = start
        while true {
            var index = searched
            while index + 3 < end {
                if buffer[index] == 13, buffer[index + 1] == 10, buffer[index + 2] == 13, buffer[index + 3] == 10 {
                    let text = String(decoding: buffer[start..<index], as: UTF8.self)
                    start = index + 4
                    return text
                }
                index += 1
            }
            searched = index
            if end - start > Self.headLimit || end == buffer.count { return nil }
            let count = FakeSocket.receive(socket, into: &buffer, at: end)
            if count == 0 { return nil }
            end += count
        }
    }

    private func serveOne() -> Next {
        guard let head = readHead() else { return .end }
        let second = FakeClock.monotonic() - core.started
        guard var request = FakeS3.Request(head: head, connection: number, second: second, bucket: core.options.bucket)
        else {
            core.violate("connection \(number): not an HTTP/1 request")
            return refuse(nil, FakeFailure(400, "BadRequest", "An error occurred when parsing the HTTP request."))
        }
        if request.path.hasPrefix("/_fake/") { return administer(request) }
        let fault = core.takeFault(request)
        switch fault {
        case .reset(.beforeReading): return reset(request, status: 0)
        case .silence(.beforeReading): return fallSilent(request, status: 0)
        default: break
        }
        if request.headers["expect"] != nil {
            core.violate("\(request.operation): Expect was sent")
            if core.options.mode == .aws { _ = sendText("HTTP/1.1 100 Continue\r\n\r\n") }
        }
        if let failure = framingFailure(request) { return refuse(request, failure) }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        guard let body = readBody(&request, length, fault) else { return .end }
        let identifier = core.nextIdentifier()
        if case .respond(let status, let code, let headers, false) = fault {
            let reply = FakeReply(FakeFailure(status, code, "Injected.", headers: headers), identifier: identifier)
            return answer(request, reply, identifier, fault)
        }
        if case .replaceObject(let bytes) = fault { core.replace(request.key, with: bytes) }
        if case .lateReply(let seconds, let code) = fault {
            return answerLate(request, body, identifier, seconds, code)
        }
        if case .delay(let seconds, .beforeReading) = fault { usleep(UInt32(seconds * 1_000_000)) }
        let reply = core.execute(request, body, identifier)
        switch fault {
        case .delay(let seconds, .beforeReply): usleep(UInt32(seconds * 1_000_000))
        default: break
        }
        switch fault {
        case .reset(.beforeReply): return reset(request, status: reply.status)
        case .silence(.beforeReply): return fallSilent(request, status: reply.status)
        case .respond(let status, let code, let headers, true):
            let failure = FakeFailure(status, code, "Injected.", headers: headers)
            return answer(request, FakeReply(failure, identifier: identifier), identifier, fault)
        default: return answer(request, reply, identifier, fault)
        }
    }

    /// A body that is not framed as the provider wants it.
    private func framingFailure(_ request: FakeS3.Request) -> FakeFailure? {
        let headers = request.headers
        let streaming =
            headers["transfer-encoding"] != nil || headers["content-encoding"]?.contains("aws-chunked") == true
            || headers["x-amz-content-sha256"]?.hasPrefix("STREAMING-") == true
        if streaming {
            if core.options.mode == .r2 {
                return FakeFailure(501, "NotImplemented", "Chunked bodies are not implemented.")
            }
            return FakeFailure(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        }
        guard let length = headers["content-length"] else {
            if request.method != "PUT" && request.method != "POST" { return nil }
            return FakeFailure(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        }
        guard let count = Int(length), count >= 0 else { return FakeFailure(400, "InvalidArgument", "Bad length.") }
        // A single write ends at 5 GiB.
        return count <= 5 << 30 ? nil : FakeFailure(400, "EntityTooLarge", "Your proposed upload is too large.")
    }

    /// The body; nil when the connection ended, and then the request is already in the log.
    private func readBody(_ request: inout FakeS3.Request, _ length: Int, _ fault: FakeS3.Fault?) -> FakeBody? {
        var sink = FakeBodySink(
            expected: length, counting: core.options.counting && request.method == "PUT",
            contentMD5: request.headers["content-md5"] != nil)
        var corrupts = false
        var breaks = false
        switch fault {
        case .corruptReceivedBit: corrupts = true
        case .reset(.inBody), .silence(.inBody): breaks = true
        default: break
        }
        let limit = breaks ? length / 2 : length
        while sink.count < limit {
            if start == end {
                start = 0
                end = FakeSocket.receive(socket, into: &buffer, at: 0)
                if end == 0 {
                    request.bodyBytes = sink.count
                    core.log(request, status: 0, replied: false)
                    return nil
                }
            }
            let count = min(end - start, limit - sink.count)
            if corrupts {
                buffer[start] ^= 1
                corrupts = false
            }
            sink.add(buffer, range: start..<start + count)
            start += count
        }
        request.bodyBytes = sink.count
        guard breaks else { return sink.finish() }
        if case .reset = fault { _ = reset(request, status: 0) } else { _ = fallSilent(request, status: 0) }
        return nil
    }

    private func reset(_ request: FakeS3.Request, status: Int) -> Next {
        core.log(request, status: status, replied: false)
        FakeSocket.prepareReset(socket)
        isReset = true
        return .end
    }

    private func fallSilent(_ request: FakeS3.Request, status: Int) -> Next {
        core.log(request, status: status, replied: false)
        FakeSocket.waitForEnd(socket)
        return .end
    }

    /// Answers a request whose body cannot be read, and closes.
    private func refuse(_ request: FakeS3.Request?, _ failure: FakeFailure) -> Next {
        let identifier = core.nextIdentifier()
        var reply = FakeReply(failure, identifier: identifier)
        reply.headers["Connection"] = "close"
        if let request { core.log(request, status: failure.status, replied: true) }
        _ = sendHead(reply, identifier)
        if request?.method != "HEAD", case .bytes(let bytes) = reply.content {
            _ = FakeSocket.send(socket, bytes, 0..<bytes.count)
        }
        // What still comes is read, as a close with unread bytes would reset the answer away.
        shutdown(socket, Int32(SHUT_WR))
        var rest = 64 << 20
        while rest > 0 {
            let count = FakeSocket.receive(socket, into: &buffer, at: 0)
            if count == 0 { break }
            rest -= count
        }
        return .end
    }

    private func sendText(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return FakeSocket.send(socket, bytes, 0..<bytes.count)
    }

    private func sendHead(_ reply: FakeReply, _ identifier: String, chunked: Bool = false) -> Bool {
        var text = "HTTP/1.1 \(reply.status) Status\(reply.status)\r\n"
        text += "Date: \(FakeClock.httpDate(core.now))\r\nServer: FakeS3\r\nx-amz-request-id: \(identifier)\r\n"
        for (name, value) in reply.headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        if chunked {
            text += "Transfer-Encoding: chunked\r\n"
        } else if reply.status != 204 && reply.status != 304 {
            text += "Content-Length: \(reply.length)\r\n"
        }
        return sendText(text + "\r\n")
    }

    private func next(_ request: FakeS3.Request) -> Next {
        if request.headers["connection"]?.lowercased() == "close" { return .end }
        let closes = core.state.withLock { state in
            state.closeProbability > 0 && Double.random(in: 0..<1, using: &state.random) < state.closeProbability
        }
        return closes ? .end : .keep
    }

    private func answer(
        _ request: FakeS3.Request, _ reply: FakeReply, _ identifier: String, _ fault: FakeS3.Fault?
    ) -> Next {
        core.log(request, status: reply.status, replied: true)
        guard sendHead(reply, identifier) else { return .end }
        if request.method == "HEAD" || reply.length == 0 { return next(request) }
        var output = Output(socket: socket)
        switch fault {
        case .slowBody(let rate): output.rate = rate
        case .truncateBody(let count): output.budget = count
        default: break
        }
        switch reply.content {
        case .bytes(let bytes):
            if !output.send(bytes, 0..<bytes.count) { return .end }
        case .pieces(let pieces, let range):
            if !output.send(pieces, range) { return .end }
        }
        return next(request)
    }

    /// Keeps the connection alive with white space inside the document, as a long Complete does.
    private func answerLate(
        _ request: FakeS3.Request, _ body: FakeBody, _ identifier: String, _ seconds: Double, _ code: String?
    ) -> Next {
        var reply: FakeReply
        if let code {
            reply = FakeReply(FakeFailure(200, code, "Injected."), identifier: identifier)
        } else {
            reply = core.execute(request, body, identifier)
        }
        core.log(request, status: 200, replied: true)
        guard case .bytes(let bytes) = reply.content else { return .end }
        reply.status = 200
        guard sendHead(reply, identifier, chunked: true) else { return .end }
        let declaration = FakeXML.declaration.utf8.count
        guard bytes.count >= declaration else { return .end }
        func chunk(_ part: ArraySlice<UInt8>) -> Bool {
            let whole = Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10]
            return FakeSocket.send(socket, whole, 0..<whole.count)
        }
        guard chunk(bytes[..<declaration]) else { return .end }
        let until = FakeClock.monotonic() + seconds
        while FakeClock.monotonic() < until {
            usleep(50_000)
            guard chunk([32]) else { return .end }
        }
        guard chunk(bytes[declaration...]), sendText("0\r\n\r\n") else { return .end }
        return next(request)
    }

    /// Tells other processes what happened: `/_fake/log`, `/_fake/violations`, `/_fake/uploads`.
    private func administer(_ request: FakeS3.Request) -> Next {
        let text = core.state.withLock { state in
            switch request.path {
            case "/_fake/log":
                state.requests.map { entry in
                    "\(entry.connection)\t\(entry.operation)\t\(entry.method)\t\(entry.path)\t\(entry.status)\t"
                        + "\(entry.bodyBytes)\n"
                }.joined()
            case "/_fake/violations": state.violations.map { $0 + "\n" }.joined()
            case "/_fake/uploads": state.store.uploads.map { "\($0.value.key)\t\($0.key)\n" }.sorted().joined()
            default: "\n"
            }
        }
        var reply = FakeReply(200, headers: ["Content-Type": "text/plain"])
        reply.content = .bytes(Array(text.utf8))
        guard sendHead(reply, core.nextIdentifier()), sendText(text) else { return .end }
        return next(request)
    }
}

/// Sends a body, perhaps slowly, perhaps not to its end.
private struct Output {
    private static let zeros = [UInt8](repeating: 0, count: 1 << 16)

    let socket: Int32
    /// Bytes a second.
    var rate: Int?
    /// Bytes until the connection is cut.
    var budget: Int?

    init(socket: Int32) { self.socket = socket }

    /// False when the connection is at its end.
    mutating func send(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var range = range
        var cut = false
        if let left = budget {
            cut = left < range.count
            range = range.prefix(left)
            budget = left - range.count
        }
        guard let rate else { return FakeSocket.send(socket, bytes, range) && !cut }
        let step = max(1, rate / 20)
        while !range.isEmpty {
            let part = range.prefix(step)
            if !FakeSocket.send(socket, bytes, part) { return false }
            range = part.upperBound..<range.upperBound
            usleep(UInt32(Double(part.count) / Double(max(1, rate)) * 1_000_000))
        }
        return !cut
    }

    mutating func send(_ pieces: [FakeBody], _ range: Range<Int>) -> Bool {
        var offset = 0
        for piece in pieces {
            let wanted = range.clamped(to: offset..<offset + piece.count)
            if !wanted.isEmpty, !send(piece, (wanted.lowerBound - offset)..<(wanted.upperBound - offset)) {
                return false
            }
            offset += piece.count
        }
        return true
    }

    private mutating func send(_ piece: FakeBody, _ range: Range<Int>) -> Bool {
        if piece.head.count == piece.count { return send(piece.head, range) }
        let head = range.clamped(to: 0..<piece.head.count)
        let tailStart = piece.count - piece.tail.count
        var middle = range.clamped(to: piece.head.count..<tailStart).count
        let tail = range.clamped(to: tailStart..<piece.count)
        if !head.isEmpty, !send(piece.head, head) { return false }
        while middle > 0 {
            let count = min(middle, Self.zeros.count)
            if !send(Self.zeros, 0..<count) { return false }
            middle -= count
        }
        return tail.isEmpty || send(piece.tail, (tail.lowerBound - tailStart)..<(tail.upperBound - tailStart))
    }
}

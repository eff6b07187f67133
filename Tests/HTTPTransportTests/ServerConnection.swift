import Glibc
import Synchronization

/// The server's side of one connection; used by its thread alone.
final class ServerConnection: Sendable {
    /// Counted from 0 in the order of acceptance.
    let index: Int
    private let descriptor: Int32
    // POLLRDHUP, which needs _GNU_SOURCE.
    private static let hangUp: Int16 = 0x2000
    private let record: LoopbackServer.Record
    private let rest = Mutex<[UInt8]>([])
    private let isEnded = Atomic<Bool>(false)

    init(descriptor: Int32, index: Int, record: LoopbackServer.Record) {
        self.descriptor = descriptor
        self.index = index
        self.record = record
        var isOn: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Reads one request with its body, with so many milliseconds between two reads; `nil` at the end of the connection.
    func readRequest(pause milliseconds: Int32 = 0) -> Received? {
        var bytes = rest.withLock { $0 }
        let mark: [UInt8] = [13, 10, 13, 10]
        var end = Self.find(mark, in: bytes, from: 0)
        while end == nil {
            let from = max(0, bytes.count - 3)
            guard receive(&bytes) else { return nil }
            end = Self.find(mark, in: bytes, from: from)
        }
        guard let end else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let count = line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        while bytes.count < end + 4 + count {
            if milliseconds > 0 { pause(milliseconds: milliseconds) }
            guard receive(&bytes) else { return nil }
        }
        let received = Received(head: head, body: Array(bytes[(end + 4)..<(end + 4 + count)]))
        let left = Array(bytes[(end + 4 + count)...])
        rest.withLock { $0 = left }
        record.requests.withLock { $0.append(received) }
        return received
    }

    /// Sends an answer with its length.
    func answer(_ status: String = "200 OK", fields: [String] = [], body: [UInt8] = []) {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + fields
        send(Array((lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8) + body)
    }

    /// Sends text.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends bytes; `false` when the other side has gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            offset += count
            record.sentBytes.add(count, ordering: .sequentiallyConsistent)
        }
        return true
    }

    /// Whether more can be sent within the time.
    func canSend(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    /// Waits until the other side closes.
    func waitForClose() {
        var bytes: [UInt8] = []
        while receive(&bytes) { bytes.removeAll(keepingCapacity: true) }
    }

    /// Waits, without reading, until the other side closes or resets.
    func waitForHangUp() { pause(milliseconds: 60_000) }

    /// Lets time pass, less when the other side hangs up.
    func pause(milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: Self.hangUp, revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds)
    }

    /// Ends the connection with a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        end()
    }

    /// Waits for the first bytes of another request and ends the connection with a reset, without reading them.
    func resetAtNextRequest() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, 60_000)
        reset()
    }

    /// Closes the connection; once.
    func end() {
        if isEnded.exchange(true, ordering: .sequentiallyConsistent) { return }
        record.descriptors.withLock { $0.removeAll { $0 == descriptor } }
        close(descriptor)
    }

    private func receive(_ bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count <= 0 { return false }
        bytes.append(contentsOf: chunk[..<count])
        return true
    }

    private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= mark.count, start <= bytes.count - mark.count else { return nil }
        return (start...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
    }
}

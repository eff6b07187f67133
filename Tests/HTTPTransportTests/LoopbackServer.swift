import Glibc
import Synchronization

/// A server on 127.0.0.1 whose connections each run a script on a thread of their own, and which records what it got.
@safe
final class LoopbackServer: Sendable {
    /// What a test may look at, shared with the threads.
    final class Record: Sendable {
        let requests = Mutex<[Received]>([])
        let descriptors = Mutex<[Int32]>([])
        let accepted = Atomic<Int>(0)
        let sentBytes = Atomic<Int>(0)
    }

    let port: UInt16
    let record = Record()
    private let listener: Int32

    /// Starts listening; `script` is run for each connection, which is closed after it.
    ///
    /// `receiveBytes` is the size of the kernel's buffer for what has not been read.
    init(receiveBytes: Int32? = nil, _ script: @escaping @Sendable (ServerConnection) -> Void) throws {
        let (listener, port) = try Self.listen(backlog: 64)
        if var receiveBytes {
            let size = socklen_t(MemoryLayout<Int32>.size)
            unsafe setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &receiveBytes, size)
        }
        self.listener = listener
        self.port = port
        let record = record
        startThread {
            var index = 0
            while true {
                // Not for programs that other tests start: a connection they hold too is not closed by closing it here.
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { return }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                record.accepted.add(1, ordering: .sequentiallyConsistent)
                record.descriptors.withLock { $0.append(descriptor) }
                let connection = ServerConnection(descriptor: descriptor, index: index, record: record)
                index += 1
                startThread {
                    script(connection)
                    connection.end()
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        record.descriptors.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var acceptedCount: Int { record.accepted.load(ordering: .sequentiallyConsistent) }
    var requests: [Received] { record.requests.withLock { $0 } }

    /// The server could not listen.
    struct ListenFailure: Error { let number: Int32 }

    /// A listening socket on a free port.
    static func listen(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                if unsafe bind(descriptor, pointer, size) != 0 { return errno }
                if Glibc.listen(descriptor, backlog) != 0 { return errno }
                return unsafe getsockname(descriptor, pointer, &size) == 0 ? 0 : errno
            }
        }
        if code != 0 { throw ListenFailure(number: code) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// The address of a port here.
    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// A request as it came.
struct Received: Sendable {
    let head: String
    let body: [UInt8]

    /// The lines of the head, without the empty last one.
    var lines: [String] { head.split(separator: "\r\n").map(String.init) }
}

/// Runs the body on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var identifier = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body))
    let code = unsafe pthread_create(
        &identifier, nil,
        { argument in
            if let argument = unsafe argument { unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    if code == 0 { pthread_detach(identifier) } else { unsafe box.release() }
}

/// Something that happens once, which a test can wait for.
final class Signal: Sendable {
    private let state = Mutex<(isGiven: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func give() {
        let waiters = state.withLock { state in
            state.isGiven = true
            let waiters = state.waiters
            state.waiters = []
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isGiven = state.withLock { state in
                if !state.isGiven { state.waiters.append(continuation) }
                return state.isGiven
            }
            if isGiven { continuation.resume() }
        }
    }
}

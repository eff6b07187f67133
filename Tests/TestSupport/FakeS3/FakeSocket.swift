import Glibc

/// The system calls of a loopback server.
enum FakeSocket {
    struct Failure: Error {
        let call: String
        let number: Int32
    }

    /// A socket that listens on 127.0.0.1, and the port the system chose when zero is asked for.
    static func listen(port: UInt16) throws(Failure) -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if socket < 0 { throw Failure(call: "socket", number: errno) }
        set(socket, SOL_SOCKET, SO_REUSEADDR, 1)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                if unsafe bind(socket, general, size) != 0 { return Int32(-1) }
                if Glibc.listen(socket, 128) != 0 { return -1 }
                return unsafe getsockname(socket, general, &length)
            }
        }
        if status != 0 {
            let number = errno
            close(socket)
            throw Failure(call: "bind", number: number)
        }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    /// The next connection; nil when the listener was shut down.
    static func accept(_ listener: Int32) -> Int32? {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            if socket >= 0 {
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                set(socket, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                return socket
            }
            if errno != EINTR && errno != ECONNABORTED { return nil }
        }
    }

    private static func set(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Bytes read into the array from the place on; 0 at the end or after an error.
    static func receive(_ socket: Int32, into bytes: inout [UInt8], at start: Int) -> Int {
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
                return unsafe recv(socket, free.baseAddress, free.count, 0)
            }
            if count >= 0 { return count }
            if errno != EINTR { return 0 }
        }
    }

    /// Sends a range; false when the client is gone.
    static func send(_ socket: Int32, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<range.upperBound])
                return unsafe Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return false }
            start += count
        }
        return true
    }

    /// Waits, without reading, until the other side or `stop` ends the connection.
    static func waitForEnd(_ socket: Int32) {
        var entry = pollfd(fd: socket, events: Int16(0x2000), revents: 0)
        while unsafe poll(&entry, 1, -1) < 0 && errno == EINTR {}
    }

    /// Makes the coming close a reset.
    static func prepareReset(_ socket: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Runs the closure on a thread of its own; false when there is none.
    static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { raw in
                guard let raw = unsafe raw else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        if status != 0 {
            unsafe work.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}

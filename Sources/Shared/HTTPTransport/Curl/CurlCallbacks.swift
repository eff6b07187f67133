import CCurl
import Glibc

/// The functions libcurl calls, on the client's thread, with the `CurlExchange` of the transfer as their pointer.
///
/// The exchange outlives every call: it frees the handle when it goes.
enum CurlCallbacks {
    /// What says "refused" whatever the address, so that nobody can find out by it what is there.
    private static let denied = HTTPFailure(.denied, "http: the address is not allowed")

    private static func exchange(_ pointer: UnsafeMutableRawPointer?) -> CurlExchange? {
        unsafe pointer.map { unsafe Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// CURLOPT_WRITEFUNCTION: bytes of the body.
    static let write: curl_write_callback = { bytes, size, count, pointer in
        guard let exchange = unsafe exchange(pointer) else { return 0 }
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        let announced = unsafe ccurl_get_offset(exchange.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        switch unsafe exchange.transfer.receive(buffer, announced: Int(announced)) {
        case .taken: return buffer.count
        case .full: return Int(CURL_WRITEFUNC_PAUSE)
        case .unwanted: return buffer.count + 1
        case .tooLarge:
            exchange.refusal = HTTPFailure(
                .tooLarge, "http: \(exchange.transfer.target.name): the answer is larger than allowed")
            return buffer.count + 1
        }
    }

    /// CURLOPT_HEADERFUNCTION: one line of the head or of the trailers.
    static let header: curl_write_callback = { bytes, size, count, pointer in
        guard let exchange = unsafe exchange(pointer) else { return 0 }
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        switch unsafe exchange.parser.consume(buffer) {
        case .more: break
        case .complete: if let head = exchange.parser.head { exchange.transfer.receive(head) }
        case .tooLarge, .malformed:
            exchange.refusal = HTTPFailure(
                .malformed, "http: \(exchange.transfer.target.name): the head of the answer cannot be read")
            return buffer.count + 1
        }
        return buffer.count
    }

    /// CURLOPT_READFUNCTION: bytes of the request's body.
    static let read: curl_write_callback = { room, size, count, pointer in
        guard let exchange = unsafe exchange(pointer), let room = unsafe room, let body = exchange.transfer.request.body
        else { return 0 }
        let part = min(size * count, body.count - exchange.bodyOffset)
        if part <= 0 { return 0 }
        unsafe body.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[exchange.bodyOffset..<exchange.bodyOffset + part])
            unsafe UnsafeMutableRawBufferPointer(start: room, count: part).copyMemory(from: rest)
        }
        exchange.bodyOffset += part
        return part
    }

    /// CURLOPT_SEEKFUNCTION: back to the start, when a kept connection turns out to be closed.
    static let seek: curl_seek_callback = { pointer, offset, origin in
        guard let exchange = unsafe exchange(pointer), origin == SEEK_SET, offset >= 0,
            offset <= Int64(exchange.transfer.request.body?.count ?? 0)
        else { return CURL_SEEKFUNC_FAIL }
        exchange.bodyOffset = Int(offset)
        return CURL_SEEKFUNC_OK
    }

    /// CURLOPT_OPENSOCKETFUNCTION: asked for each address before anything is sent to it.
    static let openSocket: curl_opensocket_callback = { pointer, purpose, address in
        guard let exchange = unsafe exchange(pointer), let address = unsafe address else { return -1 }
        var bytes = [UInt8](repeating: 0, count: 16)
        var port: UInt16 = 0
        let count = unsafe ccurl_address(address, &bytes, &port)
        guard allows(exchange, bytes.prefix(Int(count)), port) else { return -1 }
        let descriptor = unsafe socket(
            address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
        // The kernel takes bytes hardly faster than the network does; otherwise megabytes wait in its buffer, and a
        // slow upload looks like a stall long after libcurl has handed over the last byte.
        var unsent = unsentBytes
        unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &unsent, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    private static let unsentBytes: Int32 = 128 << 10

    /// CURLOPT_PREREQFUNCTION: asked before each request, also on a connection that was kept.
    static let prerequest: curl_prereq_callback = { pointer, address, _, port, _ in
        guard let exchange = unsafe exchange(pointer) else { return CURL_PREREQFUNC_ABORT }
        var bytes = [UInt8](repeating: 0, count: 16)
        var count = 0
        if let address = unsafe address {
            if unsafe inet_pton(AF_INET, address, &bytes) == 1 {
                count = 4
            } else if unsafe inet_pton(AF_INET6, address, &bytes) == 1 {
                count = 16
            }
        }
        guard allows(exchange, bytes.prefix(count), UInt16(truncatingIfNeeded: port)) else {
            return CURL_PREREQFUNC_ABORT
        }
        // Another address of the same name may have been refused before; what fails from here on is not that.
        exchange.refusal = nil
        return CURL_PREREQFUNC_OK
    }

    private static func allows(_ exchange: CurlExchange, _ bytes: ArraySlice<UInt8>, _ port: UInt16) -> Bool {
        guard let judge = exchange.judge else { return true }
        let address = SocketAddress(bytes: Array(bytes), port: port, host: exchange.transfer.target.host)
        if !bytes.isEmpty, judge.allows(address) { return true }
        exchange.refusal = denied
        return false
    }
}

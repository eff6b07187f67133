internal import Glibc
internal import Synchronization

/// Wakes a thread that waits for a connection, from any other thread.
///
/// Once woken it stays so: the connection is of no more use.
final class Waker: Sendable {
    /// The reading and the writing end of a pipe.
    private let ends: (read: CInt, write: CInt)
    private let isWoken = Atomic(false)

    init() {
        var pair: [CInt] = [-1, -1]
        _ = unsafe pipe(&pair)
        ends = (pair[0], pair[1])
    }

    deinit {
        Glibc.close(ends.read)
        Glibc.close(ends.write)
    }

    /// Ends the wait, and every later one.
    func wake() {
        isWoken.store(true, ordering: .releasing)
        var byte: UInt8 = 1
        _ = unsafe Glibc.write(ends.write, &byte, 1)
    }

    /// Waits until the socket is ready; false when woken, or when the time is over.
    ///
    /// `milliseconds` is -1 for no limit. The readiness that was found is returned.
    func wait(socket: CInt, events: Int16, milliseconds: CInt = -1) -> Outcome {
        var descriptors = (
            pollfd(fd: socket, events: events, revents: 0), pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
        )
        while true {
            if isWoken.load(ordering: .acquiring) { return .woken }
            let count = unsafe withUnsafeMutablePointer(to: &descriptors) { pair in
                unsafe pair.withMemoryRebound(to: pollfd.self, capacity: 2) { unsafe poll($0, 2, milliseconds) }
            }
            if count == 0 { return .timedOut }
            if count < 0 && errno != EINTR { return .ready(Int16(POLLERR)) }
            if descriptors.0.revents != 0 { return .ready(descriptors.0.revents) }
        }
    }

    enum Outcome {
        case ready(Int16)
        case woken
        case timedOut
    }
}

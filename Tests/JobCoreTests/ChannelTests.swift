import JobCore
import Synchronization
import Testing

@Suite("Bounded channels", .timeLimit(.minutes(5)))
struct ChannelTests {
    @Test("Elements arrive in order, each once, whatever the depth", arguments: [1, 2, 7])
    func order(depth: Int) async throws {
        let channel = BoundedChannel<Int>(depth: depth)
        async let sent: Void = Self.send(0..<5_000, to: channel)
        let received = try await Self.drain(channel)
        try await sent
        #expect(received == Array(0..<5_000))
    }

    @Test("A sender is never further ahead than the depth and the one element it waits with")
    func backPressure() async throws {
        let channel = BoundedChannel<Int>(depth: 3)
        let sent = Counter()
        async let sender: Void = Self.count(1_000, into: channel, sent)
        var received = 0
        var ahead = 0
        while try await channel.receive() != nil {
            received += 1
            ahead = max(ahead, sent.value - received)
        }
        try await sender
        #expect(received == 1_000)
        // Room for three, and the one that may have gone in between the two looks.
        #expect(ahead <= 4)
    }

    @Test("A full channel holds its sender until something is taken")
    func waits() async throws {
        let channel = BoundedChannel<Int>(depth: 1)
        try await channel.send(1)
        let sent = Counter()
        let sender = Task { try await Self.count(1, into: channel, sent) }
        // The sender gets every chance to run on.
        for _ in 0..<100 { await Task.yield() }
        #expect(sent.value == 0)
        #expect(try await channel.receive() == 1)
        try await sender.value
        #expect(sent.value == 1)
        #expect(try await channel.receive() == 0)
    }

    @Test("After finish the queued elements still come, then nil for ever, and nothing more is taken")
    func finish() async throws {
        let channel = BoundedChannel<Int>(depth: 2)
        try await channel.send(1)
        try await channel.send(2)
        channel.finish()
        #expect(try await channel.receive() == 1)
        #expect(try await channel.receive() == 2)
        #expect(try await channel.receive() == nil)
        #expect(try await channel.receive() == nil)
        await #expect(throws: CancellationError.self) { try await channel.send(3) }
    }

    @Test("Finish wakes a receiver that waits")
    func finishWakes() async throws {
        let channel = BoundedChannel<Int>(depth: 1)
        let receiver = Task { try await channel.receive() }
        for _ in 0..<100 { await Task.yield() }
        channel.finish()
        #expect(try await receiver.value == nil)
    }

    @Test("Cancelling a waiting receiver ends its wait and every later send")
    func cancelReceiver() async throws {
        let channel = BoundedChannel<Int>(depth: 1)
        let receiver = Task { try await channel.receive() }
        for _ in 0..<100 { await Task.yield() }
        receiver.cancel()
        await #expect(throws: CancellationError.self) { _ = try await receiver.value }
        await #expect(throws: CancellationError.self) { try await channel.send(1) }
    }

    @Test("Cancelling a waiting sender ends its wait and every later receive, and drops what was queued")
    func cancelSender() async throws {
        let channel = BoundedChannel<Int>(depth: 1)
        try await channel.send(1)
        let sender = Task { try await channel.send(2) }
        for _ in 0..<100 { await Task.yield() }
        sender.cancel()
        await #expect(throws: CancellationError.self) { try await sender.value }
        await #expect(throws: CancellationError.self) { _ = try await channel.receive() }
    }

    @Test("A task that is cancelled already does not begin to wait")
    func cancelledBefore() async throws {
        let channel = BoundedChannel<Int>(depth: 1)
        let receiver = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await channel.receive()
        }
        await #expect(throws: CancellationError.self) { _ = try await receiver.value }
    }

    private static func send(_ numbers: Range<Int>, to channel: BoundedChannel<Int>) async throws {
        for number in numbers { try await channel.send(number) }
        channel.finish()
    }

    private static func count(_ count: Int, into channel: BoundedChannel<Int>, _ sent: Counter) async throws {
        for number in 0..<count {
            try await channel.send(number)
            _ = sent.next()
        }
        if count > 1 { channel.finish() }
    }

    private static func drain(_ channel: BoundedChannel<Int>) async throws -> [Int] {
        var received: [Int] = []
        while let number = try await channel.receive() { received.append(number) }
        return received
    }
}

@Suite("Pools")
struct PoolTests {
    @Test("What was given is taken again before something new is made")
    func reuse() {
        let made = Counter()
        let pool = Pool<Int> { made.next() }
        #expect(pool.take() == 1)
        #expect(pool.take() == 2)
        pool.give(7)
        pool.give(8)
        #expect(Set([pool.take(), pool.take()]) == [7, 8])
        #expect(pool.take() == 3)
    }
}

/// Counts across tasks.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

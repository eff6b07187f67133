import Synchronization
import Testing

@testable import JobRuntime

@Suite("Waits for signals")
struct SignalWaitTests {
    @Test("Any number may wait at once, and each ends when it is cancelled, before it has begun or behind it")
    func several() async throws {
        let ended = Ended()
        var waits: [Task<Void, Never>] = []
        for number in 0..<200 {
            waits.append(
                Task {
                    try? await Signals.wait()
                    ended.count.wrappingAdd(1, ordering: .relaxed)
                })
            for _ in 0..<number % 7 { await Task.yield() }
            // Some before they have begun, others while later ones wait already.
            if number % 3 == 0 { waits[number].cancel() }
        }
        #expect(ended.count.load(ordering: .relaxed) <= 67)
        for wait in waits { wait.cancel() }
        for _ in 0..<1_000 where ended.count.load(ordering: .relaxed) < waits.count {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(ended.count.load(ordering: .relaxed) == waits.count)
    }

    private final class Ended: Sendable {
        let count = Atomic(0)
    }
}

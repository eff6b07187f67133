import Testing

@testable import JobRuntime

@Suite("Waits for signals", .timeLimit(.minutes(1)))
struct SignalWaitTests {
    @Test("Any number may wait at once, and each ends when it is cancelled, before it has begun or behind it")
    func several() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let wait = Task { try await Signals.wait() }
                    for _ in 0..<number % 7 { await Task.yield() }
                    wait.cancel()
                    try await wait.value
                }
            }
            try await group.waitForAll()
        }
    }
}

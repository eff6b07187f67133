internal import Synchronization

/// Lets one large batch at a time through the stages of an import: a record may have 64 MiB, and each stage holds it in a
/// form of its own.
///
/// One task enters, another leaves.
final class HeavyBatches: Sendable {
    /// Bytes from which on a batch is large; as a rule it is full far below.
    static let bytes = 4 << 20

    private struct State {
        var isTaken = false
        var isCancelled = false
        var waiting: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Waits until no large batch is under way.
    ///
    /// Throws `CancellationError`.
    func enter() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let resume: () -> Void = state.withLock { state in
                    if state.isCancelled { return { continuation.resume(throwing: CancellationError()) } }
                    if state.isTaken {
                        state.waiting = continuation
                        return {}
                    }
                    state.isTaken = true
                    return { continuation.resume() }
                }
                resume()
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isCancelled = true
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(throwing: CancellationError())
        }
    }

    /// The large batch is of no more use: the next one may come.
    func leave() {
        let next = state.withLock { state in
            defer { state.waiting = nil }
            state.isTaken = state.waiting != nil
            return state.waiting
        }
        next?.resume()
    }
}

import Synchronization

/// A queue of fixed depth between two stages of a pipeline: the faster stage waits for the slower one.
///
/// One sender task and one receiver task. The sender ends with `finish()`; when either side fails, the group that runs
/// both is cancelled and the waiting side resumes with `CancellationError`.
package final class BoundedChannel<Element: Sendable>: Sendable {
    private struct State {
        var items: [Element] = []
        var isFinished = false
        var isCancelled = false
        var sender: CheckedContinuation<Void, any Error>?
        var receiver: CheckedContinuation<Element?, any Error>?
        var waitingItem: Element?
    }

    private let depth: Int
    private let state = Mutex(State())

    /// A channel that holds at most `depth` elements besides the one a waiting sender holds.
    package init(depth: Int) {
        precondition(depth > 0, "a channel holds at least one element")
        self.depth = depth
    }

    /// Waits until there is room, then queues the element.
    ///
    /// Throws `CancellationError`.
    package func send(_ element: Element) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let resume: () -> Void = state.withLock { state in
                    if state.isCancelled || state.isFinished {
                        return { continuation.resume(throwing: CancellationError()) }
                    }
                    if let receiver = state.receiver {
                        state.receiver = nil
                        return {
                            receiver.resume(returning: element)
                            continuation.resume()
                        }
                    }
                    if state.items.count < depth {
                        state.items.append(element)
                        return { continuation.resume() }
                    }
                    state.sender = continuation
                    state.waitingItem = element
                    return {}
                }
                resume()
            }
        } onCancel: {
            cancel()
        }
    }

    /// The next element; `nil` after `finish()`.
    ///
    /// Throws `CancellationError`.
    package func receive() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Element?, any Error>) in
                let resume: () -> Void = state.withLock { state in
                    if state.isCancelled {
                        return { continuation.resume(throwing: CancellationError()) }
                    }
                    if !state.items.isEmpty {
                        let element = state.items.removeFirst()
                        guard let sender = state.sender, let waiting = state.waitingItem else {
                            return { continuation.resume(returning: element) }
                        }
                        state.items.append(waiting)
                        state.sender = nil
                        state.waitingItem = nil
                        return {
                            sender.resume()
                            continuation.resume(returning: element)
                        }
                    }
                    if state.isFinished {
                        return { continuation.resume(returning: nil) }
                    }
                    state.receiver = continuation
                    return {}
                }
                resume()
            }
        } onCancel: {
            cancel()
        }
    }

    /// No more elements come.
    ///
    /// What is queued can still be received.
    package func finish() {
        let receiver = state.withLock { state in
            state.isFinished = true
            defer { state.receiver = nil }
            return state.receiver
        }
        receiver?.resume(returning: nil)
    }

    /// Drops what is queued and resumes both sides with `CancellationError`.
    package func cancel() {
        let (sender, receiver) = state.withLock { state in
            state.isCancelled = true
            state.items = []
            state.waitingItem = nil
            defer {
                state.sender = nil
                state.receiver = nil
            }
            return (state.sender, state.receiver)
        }
        sender?.resume(throwing: CancellationError())
        receiver?.resume(throwing: CancellationError())
    }
}

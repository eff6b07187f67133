internal import Synchronization

/// Decides between the last commit of a job's rows and its cancellation: whichever comes first, the other one is not.
///
/// So a job that says it was cancelled has not committed its last rows, and one that has goes on to its result.
package final class Commitment: Sendable {
    private enum State {
        case open, committed, stopped
    }

    private let state = Mutex(State.open)

    package init() {}

    /// The last commit is about to be sent.
    ///
    /// Throws `CancellationError` when the job was stopped before.
    package func commit() throws {
        let isStopped = state.withLock { state in
            if state == .open { state = .committed }
            return state == .stopped
        }
        if isStopped { throw CancellationError() }
    }

    /// Whether the job may be stopped; then no last commit follows.
    func stop() -> Bool {
        state.withLock { state in
            if state == .open { state = .stopped }
            return state == .stopped
        }
    }
}

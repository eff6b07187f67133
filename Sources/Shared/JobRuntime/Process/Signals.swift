internal import Dispatch
internal import Glibc
package import JobCore
internal import Synchronization

/// SIGTERM and SIGINT as the end of an async wait.
package enum Signals {
    private struct State {
        var received: CInt?
        var waiter: CheckedContinuation<Void, Never>?
        var isCancelled = false
    }

    private static let state = Mutex(State())
    /// Installed once for the life of the process, so that no moment is without a handler.
    // Only kept alive: nobody uses the sources after they are made.
    private nonisolated(unsafe) static let sources: [any DispatchSourceSignal] = [SIGTERM, SIGINT].map { number in
        // The default action would end the process before the source sees the signal.
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { deliver(number) }
        source.resume()
        return source
    }

    /// Ignores SIGPIPE: a closed pipe is an error of one write, not of the process.
    package static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Takes note of SIGTERM and SIGINT from here on instead of ending the process, for `wait` to report.
    package static func watch() { _ = unsafe sources }

    /// Waits for SIGTERM or SIGINT, then throws `interrupted` with exit code 143 or 130.
    ///
    /// Returns when cancelled.
    package static func wait() async throws(JobError) {
        watch()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    if state.received != nil || state.isCancelled {
                        state.isCancelled = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                // Cancelled before it waited: the wait must not begin.
                state.isCancelled = state.waiter == nil
                return state.waiter
            }
            waiter?.resume()
        }
        guard let number = state.withLock({ $0.received }) else { return }
        throw failure(number)
    }

    private static func failure(_ number: CInt) -> JobError {
        let isInterrupt = number == SIGINT
        return JobError(
            "interrupted", isInterrupt ? .interrupted : .terminated,
            "the job was interrupted by \(isInterrupt ? "SIGINT" : "SIGTERM")",
            hint: "launch it again; it continues where it can")
    }

    /// Seconds a job has to end by itself after a signal: schedulers kill what takes longer than they allow.
    private static let patience = 3.5

    private static func deliver(_ number: CInt) {
        let failure = failure(number)
        let isRepeated = state.withLock { $0.received == number }
        // Whoever presses Ctrl-C twice does not want to wait.
        if isRepeated && number == SIGINT { _exit(failure.exitCode.rawValue) }
        if !isRepeated { ProcessEnd.force(failure, afterSeconds: patience) }
        let waiter = state.withLock { state in
            state.received = number
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

internal import Glibc
package import JobCore
internal import Synchronization

/// SIGTERM and SIGINT as the end of an async wait.
///
/// Both are blocked in every thread from the first instruction on and taken by a thread of their own, so that none is
/// lost and none ends the process in the middle of something.
package enum Signals {
    private struct State {
        var received: CInt?
        var waiter: CheckedContinuation<Void, Never>?
        var isCancelled = false
        /// A job is at stake: a signal is for `wait` to report. Otherwise it ends the process.
        var isTaken = false
    }

    private static let state = Mutex(State())
    private static let numbers = [SIGTERM, SIGINT]

    /// The set of the signals, blocked in the thread that asks first and those it starts.
    private static let isWatching: Bool = {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        var before = sigset_t()
        guard unsafe pthread_sigmask(SIG_BLOCK, &set, &before) == 0 else { return false }
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { _ in
                Signals.receive()
                return nil
            }, nil)
        if code == 0 {
            pthread_detach(thread)
            return true
        }
        // Without a thread to take them they do what they always do.
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        return false
    }()

    /// Ignores SIGPIPE: a closed pipe is an error of one write, not of the process.
    package static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Takes SIGTERM and SIGINT from here on; the first thing a process does, before it starts threads.
    ///
    /// They end the process with 143 or 130 as long as it has no job.
    package static func watch() { _ = isWatching }

    /// A job is at stake from here on: signals are for `wait` to report.
    ///
    /// Throws `interrupted` when one has come already.
    package static func take() throws(JobError) {
        watch()
        let received = state.withLock { state in
            state.isTaken = true
            return state.received
        }
        if let received { throw failure(received) }
    }

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

    /// What the thread of the signals does.
    private static func receive() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        var number: CInt = 0
        while true {
            if unsafe sigwait(&set, &number) == 0 { deliver(number) }
        }
    }

    private static func deliver(_ number: CInt) {
        let failure = failure(number)
        let (isRepeated, isTaken) = state.withLock { state in
            defer { state.received = number }
            return (state.received == number, state.isTaken)
        }
        if !isTaken { ProcessEnd.now(failure) }
        // Whoever presses Ctrl-C twice does not want to wait.
        if isRepeated && number == SIGINT { _exit(failure.exitCode.rawValue) }
        if !isRepeated { ProcessEnd.force(failure, afterSeconds: patience) }
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

internal import Glibc
package import JobCore
internal import Synchronization

/// SIGTERM and SIGINT as the end of an async wait.
///
/// From the first instruction on a handler passes them to a thread of their own, so that none is lost and none ends the
/// process in the middle of something.
package enum Signals {
    private struct State {
        var received: CInt?
        /// The waits that have begun, each by its number.
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Waits that were cancelled before they began.
        var cancelled: Set<Int> = []
        var lastNumber = 0
        /// Whether a job is at stake.
        ///
        /// Then a signal is for `wait` to report; otherwise it ends the process.
        var isTaken = false
    }

    private static let state = Mutex(State())
    /// Where the handler writes to; set once, before the handler is there.
    // A handler may do little more than read a number.
    private nonisolated(unsafe) static var writeEnd: CInt = -1

    /// Installed once for the life of the process, so that no moment is without a handler.
    private static let isWatching: Bool = {
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let readEnd = ends[0]
        unsafe writeEnd = ends[1]
        let thread = Thread(readEnd)
        guard thread.isRunning else { return false }
        for number in [SIGTERM, SIGINT] {
            _ = signal(number) { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = unsafe write(Signals.writeEnd, &byte, 1)
                errno = before
            }
        }
        return true
    }()

    /// The thread that delivers what the handler has written.
    private struct Thread {
        let isRunning: Bool

        init(_ readEnd: CInt) {
            var thread = pthread_t()
            let code = unsafe pthread_create(
                &thread, nil,
                { argument in
                    Signals.receive(CInt(truncatingIfNeeded: Int(bitPattern: argument)))
                    return nil
                }, UnsafeMutableRawPointer(bitPattern: Int(readEnd)))
            isRunning = code == 0
            if isRunning { pthread_detach(thread) }
        }
    }

    /// Ignores SIGPIPE: a closed pipe is an error of one write, not of the process.
    package static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Takes SIGTERM and SIGINT from here on; the first thing a process does.
    ///
    /// They end the process with 143 or 130 as long as it has no job.
    package static func watch() { _ = isWatching }

    /// A job is at stake from here on: signals are for `wait` to report.
    ///
    /// Throws `terminated` or `interrupted` when one has come already.
    package static func take() throws(JobError) {
        watch()
        let received = state.withLock { state in
            state.isTaken = true
            return state.received
        }
        if let received { throw failure(received) }
    }

    /// Waits for SIGTERM or SIGINT, then throws `terminated` (143) or `interrupted` (130).
    ///
    /// Returns when cancelled. Any number may wait at once.
    package static func wait() async throws(JobError) {
        watch()
        let own = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    if state.cancelled.remove(own) != nil || state.received != nil { return true }
                    state.waiters[own] = continuation
                    return false
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: own)
                // One that has not begun must not begin.
                if waiter == nil { state.cancelled.insert(own) }
                return waiter
            }
            waiter?.resume()
        }
        let number = state.withLock { state in
            // Cancelled when it was over.
            state.cancelled.remove(own)
            return state.received
        }
        if let number { throw failure(number) }
    }

    private static func failure(_ number: CInt) -> JobError {
        let isInterrupt = number == SIGINT
        return JobError(
            isInterrupt ? .interrupted : .terminated,
            "the job was interrupted by \(isInterrupt ? "SIGINT" : "SIGTERM")",
            hint: "launch it again; it continues where it can")
    }

    /// Seconds a job has to end by itself after a signal: schedulers kill what takes longer than they allow.
    private static let patience = 3.5

    /// What the thread of the signals does.
    private static func receive(_ readEnd: CInt) {
        var byte: UInt8 = 0
        while true {
            if unsafe read(readEnd, &byte, 1) == 1 { deliver(CInt(byte)) }
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
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }
}

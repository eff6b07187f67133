import CCurl
import Glibc
import Synchronization

/// What the thread of a client is asked to do.
enum CurlCommand: Sendable {
    case start(Transfer)
    case resume(Transfer)
    case cancel(Transfer)
    case stop
}

/// The thread that runs all transfers of one client, and the queue of commands to it.
///
/// Nothing here blocks the caller, except `stop`, which waits until the connections are closed.
@safe
final class CurlEngine: Sendable {
    private struct Queue {
        var commands: [CurlCommand] = []
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let thread = Mutex<pthread_t?>(nil)
    // Used by the thread alone, except for curl_multi_wakeup, which any thread may call; that is done while the queue
    // is locked and open, and the thread closes the queue before it frees the handle.
    nonisolated(unsafe) private let multi: UnsafeMutableRawPointer?
    private let options: HTTPClientOptions

    init(_ options: HTTPClientOptions) {
        CurlLibrary.prepare()
        self.options = options
        unsafe multi = CurlLibrary.isReady ? curl_multi_init() : nil
        if unsafe multi == nil || !startThread() {
            queue.withLock { $0.isClosed = true }
            if let multi = unsafe multi { unsafe curl_multi_cleanup(multi) }
        }
    }

    private func startThread() -> Bool {
        // No signal is delivered to this thread: SIGTERM has its own place, and without SIGPIPE a write to a closed
        // connection is an error code and not the end of the process.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let box = unsafe Unmanaged.passRetained(self)
        var identifier = pthread_t()
        let code = unsafe pthread_create(
            &identifier, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<CurlEngine>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            return false
        }
        thread.withLock { [identifier] in $0 = identifier }
        return true
    }

    /// Hands a command to the thread; `false` when there is none (any more).
    @discardableResult
    func post(_ command: CurlCommand) -> Bool {
        queue.withLock { queue in
            guard !queue.isClosed, let multi = unsafe multi else { return false }
            queue.commands.append(command)
            unsafe curl_multi_wakeup(multi)
            return true
        }
    }

    /// Ends all transfers and the thread.
    func stop() {
        guard post(.stop) else { return }
        let identifier = thread.withLock { $0.take() }
        if let identifier { pthread_join(identifier, nil) }
    }

    private func run() {
        guard let multi = unsafe multi else { return }
        let worker = unsafe CurlWorker(multi, options)
        while worker.handle(takeCommands()) { worker.turn() }
        let rest = queue.withLock { queue in
            queue.isClosed = true
            let rest = queue.commands
            queue.commands = []
            return rest
        }
        worker.end(rest)
        unsafe curl_multi_cleanup(multi)
    }

    private func takeCommands() -> [CurlCommand] {
        queue.withLock { queue in
            let commands = queue.commands
            queue.commands = []
            return commands
        }
    }
}

import Glibc
import Synchronization

/// What the threads of a server share.
final class FakeCore: Sendable {
    struct Injection: Sendable {
        let fault: FakeS3.Fault
        var remaining: Int
        let matches: @Sendable (FakeS3.Request) -> Bool
    }

    struct State: Sendable {
        var store: FakeStore
        var credentials: FakeS3.Credentials
        var clockOffset = 0.0
        var injections: [Injection] = []
        var closeProbability = 0.0
        var random = SeededRandom(seed: 0)
        var requests: [FakeS3.Request] = []
        var violations: [String] = []
        var connections = 0
        var identifiers = 0
        var sockets: Set<Int32> = []
        var threads = 0
        var stopping = false
    }

    let options: FakeS3.Options
    let started = FakeClock.monotonic()
    let state: Mutex<State>

    init(_ options: FakeS3.Options, _ credentials: FakeS3.Credentials) {
        self.options = options
        state = Mutex(State(store: FakeStore(options), credentials: credentials))
    }

    /// Accepts connections until the listener is shut down.
    func serve(_ listener: Int32) -> Bool {
        state.withLock { $0.threads += 1 }
        let running = FakeSocket.startThread {
            while let socket = FakeSocket.accept(listener) { self.connect(socket) }
            self.state.withLock { $0.threads -= 1 }
        }
        if !running { state.withLock { $0.threads -= 1 } }
        return running
    }

    private func connect(_ socket: Int32) {
        let number: Int? = state.withLock { state in
            if state.stopping { return nil }
            state.connections += 1
            state.threads += 1
            state.sockets.insert(socket)
            return state.connections
        }
        guard let number else {
            close(socket)
            return
        }
        let running = FakeSocket.startThread {
            FakeConnection(socket, number, self).run()
            self.disconnect(socket)
        }
        if !running { disconnect(socket) }
    }

    private func disconnect(_ socket: Int32) {
        // Closed under the lock, so that `stop` cannot shut down another connection with the same number.
        state.withLock { state in
            state.sockets.remove(socket)
            close(socket)
            state.threads -= 1
        }
    }

    /// Ends all connections and waits for their threads.
    func stop(_ listener: Int32) {
        let first = state.withLock { state in
            if state.stopping { return false }
            state.stopping = true
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
            return true
        }
        guard first else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        while state.withLock({ $0.threads }) > 0 { usleep(500) }
        close(listener)
    }

    /// The server's time in seconds since 1970.
    var now: Double { FakeClock.wall() + state.withLock { $0.clockOffset } }

    /// The fault for a request, used up once.
    func takeFault(_ request: FakeS3.Request) -> FakeS3.Fault? {
        state.withLock { state in
            guard
                let index = state.injections.firstIndex(where: { $0.remaining > 0 && $0.matches(request) })
            else { return nil }
            state.injections[index].remaining -= 1
            return state.injections[index].fault
        }
    }

    func violate(_ text: String) { state.withLock { $0.violations.append(text) } }

    /// A name for a request, never used twice.
    func nextIdentifier() -> String {
        let number = state.withLock { state in
            state.identifiers += 1
            return state.identifiers
        }
        return "FAKE\(String(number + 0x1000_0000, radix: 16, uppercase: true))"
    }

    func log(_ request: FakeS3.Request, status: Int, replied: Bool) {
        var entry = request
        entry.status = status
        entry.replied = replied
        state.withLock { $0.requests.append(entry) }
    }

    /// Checks the signature and executes the operation.
    func execute(_ request: FakeS3.Request, _ body: FakeBody, _ identifier: String) -> FakeReply {
        let credentials = state.withLock { $0.credentials }
        do throws(FakeFailure) {
            let now = now
            let signature = FakeSignature(options: options, credentials: credentials, now: now)
            try signature.check(request, bodySHA256: body.sha256)
            if options.mode != .gcs, request.headers.keys.contains(where: { $0.hasPrefix("x-goog-") }) {
                violate("\(request.operation): a Google header was sent to \(options.mode.rawValue)")
            }
            return try state.withLock { state throws(FakeFailure) in
                try state.store.execute(request, body, now: now)
            }
        } catch {
            return FakeReply(error, identifier: identifier)
        }
    }

    /// Replaces an object as another writer would.
    func replace(_ key: String, with bytes: [UInt8], headers: [String: String] = [:]) {
        let body = FakeBodySink.body(bytes)
        let now = now
        state.withLock { state in
            _ = state.store.store(
                key, pieces: [body], entityTag: "\"\(FakeDigest.hex(body.tag))\"", headers: headers, now: now)
        }
    }
}

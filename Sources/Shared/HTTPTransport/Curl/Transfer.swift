import JobCore
import Synchronization

/// One request on its way: what the thread of the client and the task that waits share.
final class Transfer: Sendable {
    /// What becomes of the body.
    enum Delivery: Sendable {
        /// It is collected, up to so many bytes.
        case whole(limit: Int)
        /// It is read while it arrives.
        case stream
    }

    /// What the task waits for; the end of the transfer always satisfies it.
    enum Need { case head, bytes, end }

    /// What became of bytes that arrived.
    enum Reception { case taken, full, tooLarge, unwanted }

    /// What there is to read.
    enum Portion { case bytes(resume: Bool), nothing, end }

    private struct State {
        var head: HTTPHead?
        var bytes: [UInt8] = []
        var isPaused = false
        var outcome: Result<Void, HTTPFailure>?
        var waiter: (need: Need, continuation: CheckedContinuation<Void, Never>)?

        func satisfies(_ need: Need) -> Bool {
            switch need {
            case .head: head != nil || outcome != nil
            case .bytes: !bytes.isEmpty || outcome != nil
            case .end: outcome != nil
            }
        }

        /// The waiting task, if what it waits for is there.
        mutating func wakened() -> CheckedContinuation<Void, Never>? {
            guard let current = waiter, satisfies(current.need) else { return nil }
            waiter = nil
            return current.continuation
        }
    }

    /// A body that is not read makes the sender wait when so many bytes have piled up.
    static let bufferBytes = 1 << 20

    let request: HTTPRequest
    let target: RequestTarget
    let delivery: Delivery
    /// The moment at which the time allowed is over.
    let deadline: Double?
    private let state = Mutex(State())

    init(_ request: HTTPRequest, target: RequestTarget, delivery: Delivery) {
        self.request = request
        self.target = target
        self.delivery = delivery
        deadline = request.secondsAllowed.map { WallClock.monotonicSeconds() + $0 }
    }

    // MARK: The thread of the client

    var isFinished: Bool { state.withLock { $0.outcome != nil } }

    var isPaused: Bool { state.withLock { $0.isPaused } }

    var hasHead: Bool { state.withLock { $0.head != nil } }

    func receive(_ head: HTTPHead) {
        let waiter = state.withLock { state in
            state.head = head
            return state.wakened()
        }
        waiter?.resume()
    }

    /// Takes bytes of the body; `announced` is how many the answer says it has, or less than 1.
    func receive(_ bytes: UnsafeRawBufferPointer, announced: Int) -> Reception {
        var reception = Reception.taken
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.outcome != nil {
                reception = .unwanted
                return nil
            }
            switch delivery {
            case .whole(let limit):
                if bytes.count > limit - state.bytes.count || announced > limit {
                    reception = .tooLarge
                    return nil
                }
                // At most the limit, and no memory is touched before there are bytes for it.
                if state.bytes.isEmpty { state.bytes.reserveCapacity(max(announced, bytes.count)) }
            case .stream:
                if state.bytes.count >= Self.bufferBytes {
                    state.isPaused = true
                    reception = .full
                    return nil
                }
            }
            unsafe state.bytes.append(contentsOf: bytes)
            return state.wakened()
        }
        waiter?.resume()
        return reception
    }

    /// Sets how it ended; the first end counts.
    func finish(_ outcome: Result<Void, HTTPFailure>) {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.outcome != nil { return nil }
            state.outcome = outcome
            return state.wakened()
        }
        waiter?.resume()
    }

    // MARK: The task that waits

    /// Waits until it is there or the transfer has ended; one task at a time.
    func wait(for need: Need) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.satisfies(need) { return true }
                state.waiter = (need, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// The head, or why there is none; what goes wrong after it is for the reader of the body.
    func head() throws(HTTPFailure) -> HTTPHead {
        let (head, outcome) = state.withLock { ($0.head, $0.outcome) }
        if let head { return head }
        try outcome?.get()
        throw HTTPFailure(.malformed, "http: \(target.name): the answer has no head")
    }

    /// The whole answer, after its end.
    func response() throws(HTTPFailure) -> HTTPResponse {
        let (body, outcome) = state.withLock { state in
            let bytes = state.bytes
            state.bytes = []
            return (bytes, state.outcome)
        }
        try outcome?.get()
        let head = try head()
        return HTTPResponse(head: head, body: body)
    }

    /// Exchanges what has arrived for the empty buffer.
    func take(into buffer: inout [UInt8]) throws(HTTPFailure) -> Portion {
        var taken: [UInt8] = []
        swap(&taken, &buffer)
        taken.removeAll(keepingCapacity: true)
        let (arrived, portion, outcome) = exchange(taken)
        buffer = arrived
        if case .nothing = portion, let outcome {
            try outcome.get()
            return .end
        }
        return portion
    }

    private func exchange(_ empty: [UInt8]) -> ([UInt8], Portion, Result<Void, HTTPFailure>?) {
        state.withLock { state in
            // A transfer that failed still gives the bytes that arrived before.
            if state.bytes.isEmpty { return (empty, .nothing, state.outcome) }
            let arrived = state.bytes
            state.bytes = empty
            defer { state.isPaused = false }
            return (arrived, .bytes(resume: state.isPaused), state.outcome)
        }
    }
}

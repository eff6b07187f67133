import HTTPTransport
import Synchronization

/// Answers requests from a queue, and keeps what was asked.
final class ScriptedSender: HTTPSender {
    /// What becomes of one request.
    enum Reply: Sendable {
        case failure(HTTPFailure.Kind)
        /// Status, fields, the pieces of the body, and what ends it early.
        case answer(Int, [HTTPField], [[UInt8]], cut: HTTPFailure.Kind?)
    }

    private struct State {
        var replies: [Reply]
        var requests: [HTTPRequest] = []
        var opened = 0
        var closed = 0
    }

    private let state: Mutex<State>

    init(_ replies: [Reply]) {
        state = Mutex(State(replies: replies))
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    /// How many answers were opened and not closed.
    var openReaders: Int { state.withLock { $0.opened - $0.closed } }
    var unusedReplies: Int { state.withLock { $0.replies.count } }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse {
        throw HTTPFailure(.invalid, "the download sends nothing whole")
    }

    func open(_ request: HTTPRequest) async throws(HTTPFailure) -> any HTTPBodyReader {
        let reply = state.withLock { state -> Reply in
            state.requests.append(request)
            return state.replies.isEmpty ? .failure(.invalid) : state.replies.removeFirst()
        }
        switch reply {
        case .failure(let kind): throw HTTPFailure(kind, "SERVER SAYS \(kind)")
        case .answer(let status, let fields, let pieces, let cut):
            state.withLock { $0.opened += 1 }
            return ScriptedReader(HTTPHead(status: status, fields: fields), pieces, cut) { [self] in
                state.withLock { $0.closed += 1 }
            }
        }
    }
}

private final class ScriptedReader: HTTPBodyReader {
    let head: HTTPHead
    private let pieces: Mutex<[[UInt8]]>
    private let cut: HTTPFailure.Kind?
    private let onClose: @Sendable () -> Void
    private let isClosed = Mutex(false)

    init(_ head: HTTPHead, _ pieces: [[UInt8]], _ cut: HTTPFailure.Kind?, onClose: @escaping @Sendable () -> Void) {
        self.head = head
        self.pieces = Mutex(pieces)
        self.cut = cut
        self.onClose = onClose
    }

    func read(into buffer: inout [UInt8]) async throws(HTTPFailure) -> Bool {
        let piece = pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let piece {
            buffer = piece
            return true
        }
        buffer = []
        if let cut { throw HTTPFailure(cut, "SERVER SAYS cut") }
        return false
    }

    func close() async {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        if isFirst { onClose() }
    }
}

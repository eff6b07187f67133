/// Sends requests with libcurl, all of them on one thread of its own; safe to use from any task.
///
/// Cancelling the task ends its request at once. When the client goes, its connections are closed.
package final class HTTPClient: HTTPSender, Sendable {
    private let engine: CurlEngine
    private let allowedSchemes: [String]

    /// Starts the thread; the first client of a process initialises libcurl.
    package init(_ options: HTTPClientOptions) {
        engine = CurlEngine(options)
        allowedSchemes = options.allowedSchemes
    }

    deinit { engine.stop() }

    package func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse {
        let transfer = try makeTransfer(request, .whole(limit: maximumBodyBytes))
        await start(transfer, until: .end)
        return try transfer.response()
    }

    package func open(_ request: HTTPRequest) async throws(HTTPFailure) -> any HTTPBodyReader {
        let transfer = try makeTransfer(request, .stream)
        await start(transfer, until: .head)
        return TransferReader(transfer, head: try transfer.head(), client: self)
    }

    /// Ends a transfer for the task that waits for it, at once, then on the thread.
    func cancel(_ transfer: Transfer) {
        transfer.finish(.failure(HTTPFailure(.cancelled, "http: \(transfer.target.name): cancelled")))
        engine.post(.cancel(transfer))
    }

    /// Lets the other side send again.
    func resume(_ transfer: Transfer) { engine.post(.resume(transfer)) }

    private func makeTransfer(
        _ request: HTTPRequest, _ delivery: Transfer.Delivery
    ) throws(HTTPFailure) -> Transfer {
        let target = try RequestTarget(request.url, allowedSchemes: allowedSchemes)
        return Transfer(request, target: target, delivery: delivery)
    }

    private func start(_ transfer: Transfer, until need: Transfer.Need) async {
        await withTaskCancellationHandler {
            if !engine.post(.start(transfer)) {
                transfer.finish(.failure(HTTPFailure(.unreachable, "http: the client has no thread")))
            }
            await transfer.wait(for: need)
        } onCancel: {
            cancel(transfer)
        }
    }
}

import HTTPTransport

/// Sends writes such that nobody wonders whether they took place.
struct SettlingSender: Sendable {
    /// Seconds that a write may still take when its task is cancelled.
    ///
    /// One that is cut off may take place all the same, after everything was tidied up; its answer tells what there is.
    private static let secondsToSettle = 1.2

    private let sender: any HTTPSender

    init(_ sender: any HTTPSender) { self.sender = sender }

    /// Sends a write; a cancellation is heard once its answer is there, or will not come soon.
    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse {
        if Task.isCancelled { throw HTTPFailure(.cancelled, "http: cancelled before it was sent") }
        let sender = sender
        // A task of its own: the cancellation of this one must not reach it at once.
        let exchange = Task { () async -> Result<HTTPResponse, HTTPFailure> in
            do throws(HTTPFailure) {
                return .success(try await sender.send(request, maximumBodyBytes: maximumBodyBytes))
            } catch {
                return .failure(error)
            }
        }
        let result = await withTaskCancellationHandler {
            await exchange.value
        } onCancel: {
            Task {
                try? await Task.sleep(for: .seconds(Self.secondsToSettle))
                exchange.cancel()
            }
        }
        return try result.get()
    }
}

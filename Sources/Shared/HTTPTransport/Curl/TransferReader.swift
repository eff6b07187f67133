/// Reads the body of a transfer; letting go of it ends the transfer.
final class TransferReader: HTTPBodyReader {
    let head: HTTPHead
    private let transfer: Transfer
    // Keeps the thread alive as long as there is a body to read.
    private let client: HTTPClient

    init(_ transfer: Transfer, head: HTTPHead, client: HTTPClient) {
        self.transfer = transfer
        self.head = head
        self.client = client
    }

    deinit { end() }

    func read(into buffer: inout [UInt8]) async throws(HTTPFailure) -> Bool {
        await withTaskCancellationHandler {
            await transfer.wait(for: .bytes)
        } onCancel: {
            client.cancel(transfer)
        }
        switch try transfer.take(into: &buffer) {
        case .bytes(let isPaused):
            if isPaused { client.resume(transfer) }
            return true
        case .nothing, .end: return false
        }
    }

    func close() async { end() }

    private func end() {
        if !transfer.isFinished { client.cancel(transfer) }
    }
}

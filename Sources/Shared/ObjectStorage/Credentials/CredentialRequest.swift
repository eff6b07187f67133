import HTTPTransport

/// A small request for credentials that is made again when it fails in passing.
struct CredentialRequest {
    /// More bytes than any honest answer has.
    private static let maximumBodyBytes = 64 << 10

    let context: CredentialContext
    let request: HTTPRequest
    /// Attempts in all, at least 1.
    let attempts: Int

    /// The answer, or the failure of the last attempt; answers of 5xx and 429 are asked for again.
    func answer() async -> Result<HTTPResponse, HTTPFailure> {
        await attempt(1)
    }

    private func attempt(_ number: Int) async -> Result<HTTPResponse, HTTPFailure> {
        let result = await once()
        guard number < attempts, isPassing(result) else { return result }
        await context.wait(.milliseconds(100 << min(number, 5)))
        return await attempt(number + 1)
    }

    private func once() async -> Result<HTTPResponse, HTTPFailure> {
        do throws(HTTPFailure) {
            return .success(try await context.sender.send(request, maximumBodyBytes: Self.maximumBodyBytes))
        } catch {
            return .failure(error)
        }
    }

    private func isPassing(_ result: Result<HTTPResponse, HTTPFailure>) -> Bool {
        switch result {
        case .success(let response): response.status >= 500 || response.status == 429
        case .failure(let failure): failure.isTransient
        }
    }
}

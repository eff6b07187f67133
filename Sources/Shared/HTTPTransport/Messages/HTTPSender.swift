/// Sends requests; the seam between what speaks HTTP and what is said.
package protocol HTTPSender: Sendable {
    /// Sends the request and collects the answer.
    ///
    /// Throws `tooLarge` when the body has more bytes than allowed.
    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws(HTTPFailure) -> HTTPResponse

    /// Sends the request and returns when the header fields of the answer are there; the body is read from the reader.
    func open(_ request: HTTPRequest) async throws(HTTPFailure) -> any HTTPBodyReader
}

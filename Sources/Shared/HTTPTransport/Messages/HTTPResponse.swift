/// Status and header fields of an answer.
package struct HTTPHead: Sendable {
    package let status: Int
    package let fields: [HTTPField]

    package init(status: Int, fields: [HTTPField]) {
        self.status = status
        self.fields = fields
    }

    /// The value of the first field with that name, whatever its case.
    package subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }
}

/// A whole answer.
package struct HTTPResponse: Sendable {
    package let head: HTTPHead
    package let body: [UInt8]

    package init(head: HTTPHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    /// The status code.
    package var status: Int { head.status }
}

/// An answer whose body is read while it arrives.
///
/// Used by one task.
package protocol HTTPBodyReader: Sendable {
    /// Status and header fields.
    var head: HTTPHead { get }

    /// Replaces the contents of the buffer with the bytes that have arrived; `false`, and an empty buffer, at the end.
    ///
    /// Not reading makes the sender wait. Throws when the body ends before its announced length.
    func read(into buffer: inout [UInt8]) async throws(HTTPFailure) -> Bool

    /// Ends the transfer, early or at the end.
    func close() async
}

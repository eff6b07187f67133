package import JobCore

/// What a JSON document is, for who is told that it has mistakes.
package struct JSONDocument: Sendable {
    /// What mistakes in it are.
    package let code: ErrorCode
    /// What people call it, such as "the job spec".
    package let name: String

    package init(_ code: ErrorCode, _ name: String) {
        self.code = code
        self.name = name
    }

    /// One of which only the caller knows what it is.
    package static let other = JSONDocument(.invalidJSON, "the JSON document")
    package static let spec = JSONDocument(.specInvalid, "the job spec")
    package static let catalogue = JSONDocument(.catalogueInvalid, "the resource catalogue")
}

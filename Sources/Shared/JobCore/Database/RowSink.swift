/// A database as imports see it: checkpointed loads.
package protocol RowSink: Sendable {
    /// Whether it can hold instants outside the years 1 to 9999, infinities and what is not a number.
    var holdsSpecialValues: Bool { get }

    /// Opens the loader of one import. Throws `JobError`.
    func openLoader(_ request: LoadRequest) async throws -> any RowLoader
}

extension RowSink {
    package var holdsSpecialValues: Bool { false }
}

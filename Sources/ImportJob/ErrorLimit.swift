internal import Formats
internal import JobCore
internal import JobRuntime

/// When rejected rows end a job.
struct ErrorLimit: Sendable {
    /// Rows read before a rate means anything.
    private static let rowsBeforeRate = 1_000
    private let maxErrors: Int?
    private let maxRate: Double?

    init(_ value: JSONValue?) {
        maxErrors = value?.text("policy") == "abort" ? 0 : value?.integer("maxErrors")
        maxRate = value?.double("maxErrorRate")
    }

    /// The failure when the limit is passed, `nil` otherwise.
    ///
    /// A rate counts from a thousand rows on, and at the end.
    func check(rejected: Int, read: Int, isEnd: Bool) -> JobError? {
        if let maxErrors, rejected > maxErrors {
            return failure("\(rejected) rows rejected, \(maxErrors) allowed")
        }
        guard let maxRate, isEnd || read >= Self.rowsBeforeRate, read > 0 else { return nil }
        let isOver = Double(rejected) > maxRate * Double(read)
        return isOver ? failure("\(rejected) of \(read) rows rejected, a share of \(maxRate) allowed") : nil
    }

    private func failure(_ message: String) -> JobError {
        JobError(
            .tooManyRejects, message)
    }
}

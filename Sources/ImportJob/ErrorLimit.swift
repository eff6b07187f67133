internal import Formats
internal import JobCore
internal import JobRuntime

/// When rejected rows end a job.
struct ErrorLimit: Sendable {
    /// Rows read before a rate means anything.
    private static let rowsBeforeRate = 1_000
    private let maxErrors: Int?
    private let maxRate: Double?

    private static let policy = SpecMember(
        "policy", .choice(["skip", "abort"]), "abort ends the job after the first batch with a rejected row"
    ) { $0?.asText == "abort" }
    private static let most = SpecMember.number(
        "maxErrors", 0...Int.max, "More rejected rows end the job with exit code 65")
    private static let share = SpecMember(
        "maxErrorRate", .number(0...1), "Share of rejected rows that ends the job"
    ) { $0?.asDouble }

    /// What a spec may say of it.
    static let fields = [policy.field, most.field, share.field]

    /// What a spec says of it; `null` is nothing.
    init(_ value: JSONValue) {
        maxErrors = Self.policy.read(value) ? 0 : Self.most.read(value)
        maxRate = Self.share.read(value)
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

internal import JobCore

/// How many refused rows of one import are kept for its rejects file: the first ones, up to a number and a size.
///
/// The others are counted, and the manifest says how many they are.
struct RejectBudget {
    private static let rows = 100_000
    private static let bytes = 64 << 20

    private var used = RejectUsage()
    /// The budget is used up: nothing more is kept, so that what is kept is a beginning.
    private(set) var isExhausted = false

    /// A budget of which earlier attempts have used a part.
    init(_ used: RejectUsage = RejectUsage()) {
        self.used = used
        isExhausted = used.rows >= Self.rows || used.bytes >= Self.bytes
    }

    /// Those of the rejects that are kept.
    mutating func admit(_ rejects: [RejectRecord]) -> ArraySlice<RejectRecord> {
        var count = 0
        while !isExhausted, count < rejects.count {
            used.rows += 1
            used.bytes += rejects[count].fields.utf8.count
            count += 1
            isExhausted = used.rows >= Self.rows || used.bytes >= Self.bytes
        }
        return rejects[..<count]
    }
}

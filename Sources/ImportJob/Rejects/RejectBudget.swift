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

    /// A budget of which earlier attempts have used a part; `isExhausted`: they refused more rows than they kept.
    init(_ used: RejectUsage = RejectUsage(), isExhausted: Bool = false) {
        self.used = used
        self.isExhausted = isExhausted || used.rows >= Self.rows || used.bytes >= Self.bytes
    }

    /// Those of the rejects that are kept; in their file each row has so many columns.
    mutating func admit(_ rejects: [RejectRecord], columns: Int = 0) -> ArraySlice<RejectRecord> {
        var count = 0
        while !isExhausted, count < rejects.count {
            // Of an empty field the separator is left.
            let bytes = rejects[count].fields.utf8.count + max(0, columns - rejects[count].fieldCount)
            // A row may have 64 MiB: one that would go beyond is not kept.
            if used.bytes + bytes > Self.bytes {
                isExhausted = true
                break
            }
            used.rows += 1
            used.bytes += bytes
            count += 1
            isExhausted = used.rows >= Self.rows || used.bytes >= Self.bytes
        }
        return rejects[..<count]
    }
}

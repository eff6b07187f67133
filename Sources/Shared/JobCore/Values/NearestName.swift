/// Suggestions for misspelt names.
package enum NearestName {
    /// Edits that a suggestion may be away.
    private static let farthest = 3
    /// Characters of a name that are looked at.
    private static let length = 64

    /// The known name that is closest to `name`, nil when none is close: at most three edits, and at most half of its
    /// length (optimal string alignment distance, Damerau 1964).
    ///
    /// Only what can be three edits away is computed (Ukkonen 1985): the cost is that of reading the names a few times.
    package static func of(_ name: String, among known: [String]) -> String? {
        let wanted = letters(name)
        var best: (name: String, distance: Int)?
        for candidate in known {
            // A letter in lower case has at most three times the bytes, a byte at most one letter.
            if candidate.utf8.count > 12 * (wanted.count + farthest) { continue }
            let letters = letters(candidate)
            let limit = min(farthest, max(wanted.count, letters.count) / 2, (best?.distance ?? farthest + 1) - 1)
            if let distance = distance(wanted, letters, limit: limit) { best = (candidate, distance) }
            if best?.distance == 0 { break }
        }
        return best?.name
    }

    private static func letters(_ name: String) -> [Unicode.Scalar] {
        // A prefix first, as all of a long name would be changed else.
        let start = String(String.UnicodeScalarView(name.unicodeScalars.prefix(length)))
        return Array(start.lowercased().unicodeScalars.prefix(length))
    }

    /// The distance when it is at most `limit`.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int? {
        if limit < 0 || abs(left.count - right.count) > limit { return nil }
        let far = limit + 1
        // Row by row, only the places next to the diagonal; all others are too far.
        var before = [Int](repeating: far, count: right.count + 1)
        var previous = (0...right.count).map { min($0, far) }
        var current = before
        for i in 0..<left.count {
            let first = max(0, i - limit)
            let last = min(right.count, i + limit + 1)
            if first >= last { return nil }
            current[first] = first == 0 ? min(i + 1, far) : far
            for j in first..<last {
                var cost = min(previous[j + 1], current[j]) + 1
                cost = min(cost, previous[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, before[j - 1] + 1)
                }
                current[j + 1] = min(cost, far)
            }
            if last < right.count { current[last + 1] = far }
            (before, previous, current) = (previous, current, before)
        }
        return previous[right.count] <= limit ? previous[right.count] : nil
    }
}

internal import Formats
internal import JobCore

/// Words that stand where nothing is.
enum NullWords {
    /// Nobody means anything else by them.
    private static let certain: Set<String> = ["\\N", "NULL", "(null)", "<null>", "#N/A", "N/A", "n/a", "[null]"]
    /// Where they are no value of the column's type, or come again and again.
    private static let likely: Set<String> = [
        "-", "--", "—", "–", "null", "Null", "none", "None", "NONE", "nil", "NaN", "nan", "NA", "na", "?", "undefined",
        "n.a.", "k.A.", "0000-00-00", "0000-00-00 00:00:00", ".",
    ]

    /// `nulls` for an entry, empty when there are none.
    static func options(_ trial: FieldTrial, _ before: TriedRule) -> [JSONMember] {
        if trial.sample.field.isKey || trial.sample.field.rule.isRequired { return [] }
        var counts: [String: Int] = [:]
        for (text, isTaken) in zip(trial.texts, before.takes) where text.utf8.count <= 20 {
            // A word that is read as a value is one, unless it is text, which everything is.
            let isText = trial.sample.field.rule.kind.type == .text
            if isTaken && !isText { continue }
            if certain.contains(text) {
                counts[text, default: 0] += isTaken ? 2 : 1
            } else if likely.contains(text) {
                counts[text, default: 0] += 1
            }
        }
        let isText = trial.sample.field.rule.kind == .text
        let found = counts.filter { !isText || $0.value >= 2 && !["na", "NA", "None", "Null", "nan"].contains($0.key) }
            .keys.sorted()
        if found.isEmpty { return [] }
        return [JSONMember("nulls", .array(found.map { .string($0) }))]
    }
}

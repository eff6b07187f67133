internal import Formats
internal import JobCore

/// Finds lists in the cells of a JSON column: `alto, choir`.
enum ListTester: FieldTester {
    private static let delimiters: [Character] = [",", ";", "|"]

    static func propose(_ trial: FieldTrial, nulls: [JSONMember], into proposal: inout FieldProposal) {
        let plain = trial.texts.filter { text in
            guard let first = text.first else { return false }
            return !"{[\"".contains(first) && !first.isNumber && text != "true" && text != "false" && text != "null"
        }
        // Where most are JSON, those that are not are mistakes.
        if plain.count * 2 < trial.texts.count || plain.isEmpty { return }
        let counts = delimiters.map { delimiter in plain.count { $0.contains(delimiter) } }
        let most = counts.max() ?? 0
        let isWords = plain.allSatisfy { !$0.contains(" ") && $0.utf8.count <= 40 }
        guard most > 0 || isWords else { return }
        let delimiter = delimiters[counts.firstIndex(of: most) ?? 0]
        let format = delimiter == "," ? [] : [JSONMember("format", .string(String(delimiter)))]
        proposal.adopt([JSONMember("type", .string(ValueKind.list.name))] + format + nulls, trial, isBetter: true)
    }
}

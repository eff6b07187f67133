internal import Formats
internal import JobCore

/// Finds the words for true and false.
enum WordTester: FieldTester {
    /// Words that belong together, in the languages that were met.
    private static let pairs: [(yes: String, no: String)] = [
        ("yes", "no"), ("true", "false"), ("1", "0"), ("y", "n"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("j", "n"),
        ("oui", "non"), ("si", "no"), ("sí", "no"), ("sim", "não"), ("tak", "nie"), ("wahr", "falsch"),
        ("vrai", "faux"),
        ("active", "inactive"), ("enabled", "disabled"), ("subscribed", "unsubscribed"), ("opted in", "opted out"),
        ("opt-in", "opt-out"), ("checked", "unchecked"), ("x", "-"), ("✓", "✗"), ("da", "nu"), ("kyllä", "ei"),
    ]
    private static let wordLimit = 6

    static func propose(_ trial: FieldTrial, nulls: [JSONMember], into proposal: inout FieldProposal) {
        let words = Set(trial.texts.map { $0.lowercased() })
        guard words.count <= wordLimit,
            !words.contains(where: { $0.utf8.count > 40 || $0.contains("/") || $0.contains(",") })
        else { return }
        let known = pairs.filter { words.contains($0.yes) || words.contains($0.no) }
        let yes = Set(known.map(\.yes))
        let no = Set(known.map(\.no))
        if !known.isEmpty, yes.isDisjoint(with: no) {
            let format = "\(yes.sorted().joined(separator: ","))/\(no.sorted().joined(separator: ","))"
            proposal.adopt([JSONMember("format", .string(format))] + nulls, trial)
        } else if words.count == 2, !trial.isPersonal {
            let both = words.sorted()
            let choices = [(both[0], both[1]), (both[1], both[0])].compactMap { pair -> FieldProposal.Choice? in
                let options = [JSONMember("format", .string("\(pair.0)/\(pair.1)"))] + nulls
                return trial.tried(options).map { FieldProposal.Choice(options: options, rows: $0.count) }
            }
            proposal.question = ("one of two words means true", choices)
        }
    }
}

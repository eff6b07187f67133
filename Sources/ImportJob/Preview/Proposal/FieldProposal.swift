internal import Formats
internal import JobCore
internal import JobRuntime

/// What could be done about a column: a rule that reads more of it, or a question that its values leave open.
struct FieldProposal {
    /// One of several answers.
    struct Choice {
        let options: [JSONMember]
        /// Sampled cells that it reads.
        let rows: Int
    }

    let field: SourceField
    let sampled: Int
    /// Cells that are read as it is.
    let taken: Int
    /// What to add to the entry of `mapping`: it was tried and reads more than before; empty for nothing.
    var options: [JSONMember] = []
    /// Cells that are read with it.
    var takes = 0
    /// What is left open, and the answers.
    var question: (text: String, choices: [Choice])?
    /// Times come without a zone and nothing says which they mean.
    var lacksZone = false
}

/// Finds ways to read a column of one kind.
protocol FieldTester {
    /// Looks at the cells of a column that are not null words; `nulls` are those words, part of every way.
    static func propose(_ trial: FieldTrial, nulls: [JSONMember], into proposal: inout FieldProposal)
}

extension FieldProposal {
    /// The proposal for a column; nil when there is nothing to say.
    init?(_ trial: FieldTrial) {
        let field = trial.sample.field
        if trial.texts.isEmpty { return nil }
        let before = trial.asItIs()
        self.init(field: field, sampled: trial.texts.count, taken: before.count)
        takes = taken
        let nulls = NullWords.options(trial, before)
        adopt(nulls, trial, isBetter: !nulls.isEmpty && field.rule.kind.type == .text)
        let tester: (any FieldTester.Type)? =
            switch field.rule.kind {
            case .timestamp, .date: TimeTester.self
            case .int, .decimal, .double: NumberTester.self
            case .bool: WordTester.self
            case .json: ListTester.self
            default: nil
            }
        if let tester, takes < sampled || field.rule.kind == .json {
            tester.propose(trial, nulls: nulls, into: &self)
        }
        lacksZone = field.rule.kind == .timestamp && trial.lacksZone()
        if options.isEmpty && question == nil && !lacksZone && takes == sampled { return nil }
    }

    /// Takes a rule over when it reads more than what there was, or is better for another reason.
    mutating func adopt(_ options: [JSONMember], _ trial: FieldTrial, isBetter: Bool = false) {
        guard !options.isEmpty, let tried = trial.tried(options) else { return }
        if tried.count > takes || (isBetter && tried.count == takes) {
            self.options = options
            takes = tried.count
        }
    }

    /// Adds what was tried and what came of it.
    func add(to evidence: inout PreviewEvidence) {
        evidence.recommendedFormat = options.first { $0.name == "format" }?.value ?? .null
        evidence.sampled = sampled
        evidence.read = taken
        evidence.readAsSuggested = takes
        evidence.verdict = verdict
    }

    private var verdict: String {
        if let question { return "\(question.text): see questions" }
        if !options.isEmpty {
            return "set \(JSONValue.object(options).serialized()): it reads \(takes) of \(sampled) sampled values"
        }
        if lacksZone { return "times name no zone: see questions" }
        return "no format that was tried reads more of the values"
    }
}

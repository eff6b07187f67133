internal import JobCore

/// Where a target column takes its values from, and how.
struct FieldMapping: Sendable {
    /// Where the text of a value comes from.
    enum Origin: Sendable, Equatable {
        /// The source has none: null, or the rule's default.
        case nowhere
        /// A column of the source batch.
        case column(Int)
        /// Of each record the columns of the first rank that it names; those of one rank must not differ.
        case alternatives([[Int]])
        /// A column, in records that name one of those that go before it.
        case passedOver([Int], Int)
        /// Several, with a text between those that are not empty.
        case joined([Int], separator: String)
        /// A key made from the values of several, `nil` where the source has none of the name.
        case generated([Int?])
        case constant(String)
    }

    /// A member of a JSON column.
    struct Member: Sendable {
        let path: [String]
        var origin: Origin
        let rule: ValueRule
        /// It is a column that has no target, and must not hide what the record has under its name.
        var isKept = false
    }

    let target: Column
    let origin: Origin
    let rule: ValueRule
    /// Members that are put into a JSON column, over those that it has itself.
    let members: [Member]
    /// Who says so, for the manifest.
    let reason: MappingReason
    /// Columns by which somebody may have refused what this field says.
    var refusals: RefusalColumns?

    init(
        target: Column, origin: Origin, rule: ValueRule, members: [Member] = [], reason: MappingReason = .mapping
    ) {
        self.target = target
        self.origin = origin
        self.rule = rule
        self.members = members
        self.reason = reason
    }

    /// A column as it is; nil when the source has none.
    init(target: Column, source: Int?, reason: MappingReason = .mapping) {
        self.init(
            target: target, origin: source.map { .column($0) } ?? .nowhere, rule: ValueRule(ValueKind(target)),
            reason: reason)
    }

    /// The same for a field that tells which row is meant.
    var asKey: FieldMapping {
        var rule = rule
        if rule.kind == .text { rule.kind = .key }
        var field = FieldMapping(target: target, origin: origin, rule: rule, members: members, reason: reason)
        field.refusals = refusals
        return field
    }

    /// The first source column, to point at when a value is wrong.
    var firstSource: Int? { origin.columns.first ?? members.lazy.compactMap(\.origin.columns.first).first }

    /// The same with members of a JSON column under those that it has.
    func adding(_ more: [Member]) -> FieldMapping {
        var field = FieldMapping(target: target, origin: origin, rule: rule, members: more + members, reason: reason)
        field.refusals = refusals
        return field
    }
}

extension FieldMapping.Origin {
    /// Source columns it reads.
    var columns: [Int] {
        switch self {
        case .nowhere, .constant: []
        case .column(let index), .passedOver(_, let index): [index]
        case .joined(let indexes, _): indexes
        case .alternatives(let ranks): ranks.flatMap(\.self)
        case .generated(let indexes): indexes.compactMap(\.self)
        }
    }

    /// Columns that may lose their place to another one in a record, each with those that go before it.
    var contenders: [(column: Int, above: [Int])] {
        guard case .alternatives(let ranks) = self else { return [] }
        var above: [Int] = []
        var found: [(Int, [Int])] = []
        for rank in ranks {
            if !above.isEmpty { found += rank.map { ($0, above) } }
            above += rank
        }
        return found
    }
}

/// By which rule a source column goes to a target.
enum MappingReason: String, Sendable {
    /// The spec says so.
    case mapping
    /// The layout of another product says so.
    case preset
    /// The names are the same, but for case, spaces and marks.
    case name
    /// A name that is used for it elsewhere.
    case alias
    /// The spec keeps columns without a target.
    case unmapped
    /// Columns tell who has refused messages.
    case refusal

    /// How sure it is, from 0 to 1.
    var confidence: Double {
        switch self {
        case .mapping, .unmapped: 1
        case .preset: 0.95
        case .name, .refusal: 0.9
        case .alias: 0.7
        }
    }
}

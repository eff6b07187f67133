internal import JobCore

/// Where a target column takes its values from, and how.
struct FieldMapping: Sendable {
    /// Where the text of a value comes from.
    enum Origin: Sendable, Equatable {
        /// The source has none: null, or the rule's default.
        case nowhere
        /// A column of the source batch.
        case column(Int)
        /// Several, with a text between those that are not empty.
        case joined([Int], separator: String)
        case constant(String)
    }

    /// A member of a JSON column.
    struct Member: Sendable {
        let path: [String]
        let origin: Origin
        let rule: ValueRule
    }

    let target: Column
    let origin: Origin
    let rule: ValueRule
    /// Members that are put into a JSON column, over those that it has itself.
    let members: [Member]
    /// Who says so, for the manifest.
    let reason: MappingReason

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

    /// The first source column, to point at when a value is wrong.
    var firstSource: Int? { origin.columns.first ?? members.lazy.compactMap(\.origin.columns.first).first }
}

extension FieldMapping.Origin {
    /// Source columns it reads.
    var columns: [Int] {
        switch self {
        case .nowhere, .constant: []
        case .column(let index): [index]
        case .joined(let indexes, _): indexes
        }
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

    /// How sure it is, from 0 to 1.
    var confidence: String {
        switch self {
        case .mapping, .unmapped: "1"
        case .preset: "0.95"
        case .name: "0.9"
        case .alias: "0.7"
        }
    }
}

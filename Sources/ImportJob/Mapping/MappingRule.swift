internal import JobCore

/// One entry of a mapping: source columns, or a constant, to a field.
struct MappingRule: Sendable {
    /// Columns of the source by name; empty for a constant.
    let sources: [String]
    /// Between the texts of several columns.
    let separator: String
    let constant: String?
    let target: Column
    /// Where in a JSON column; empty for the column itself.
    let path: [String]
    let value: ValueRule
    /// The sources are names of one thing, by which presets know it, not several that are joined: the first that is
    /// there counts.
    var isChoice = false
    /// The value is a key made from the sources.
    var isGenerated = false
    var reason = MappingReason.mapping

    /// The target as specs name it.
    var field: String { ([target.name] + path).joined(separator: ".") }
}

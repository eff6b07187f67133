internal import Formats
internal import JobCore
internal import JobRuntime

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

    /// Entries of a mapping: what is done for each source row has a bound.
    static let maximumRules = 4096
    /// Formats of one entry, each of which may be tried for each cell.
    static let maximumFormats = 32
    /// Source columns that one entry joins.
    static let maximumColumns = 64
    /// Texts of one entry that mean null.
    static let maximumNulls = 1000
    /// Characters of a constant or a default, which each row may get.
    static let maximumText = 4096

    /// What an entry of `mapping` may be.
    static let shape = SpecType.anyOf([
        .string(.any),
        .object([
            SpecField(
                "field", .string(.any), "Target field, or a field of a JSON column: attributes.city", isRequired: true),
            SpecField(
                "columns", .array(.string(.any), atMost: maximumColumns),
                "Several source columns, joined; the entry's name is then free"),
            SpecField(
                "generate", .choice(["uuid"]),
                "A key made from the columns: the same for the same values, but for case and spaces around them"),
            SpecField("separator", .string(.short(16)), "Between joined columns, default a space"),
            SpecField(
                "value", .anyOf([.string(.short(maximumText)), .number(-1e300...1e300), .boolean]),
                "A constant instead of a column"),
            SpecField(
                "type", .choice(ValueKind.allCases.filter { $0 != .passwordHash }.map(\.name)),
                "What the text is checked for; default: as the catalogue says, in JSON columns text"),
            SpecField(
                "format", .anyOf([.string(.short(200)), .array(.string(.short(200)), atMost: maximumFormats)]),
                "dd.MM.yyyy HH:mm, epochSeconds, 1.234,56, yes,ja/no,nein, of a list its delimiter; several of times are tried in order"
            ),
            SpecField(
                "timezone", .string(.short(64)),
                "Of times without a zone: an IANA name or +02:00; default that of the spec, then, with a format, UTC"),
            SpecField(
                "default", .anyOf([.string(.short(maximumText)), .number(-1e300...1e300), .boolean]),
                "For an empty cell"),
            SpecField("trim", .boolean, "Remove spaces around text"),
            SpecField("case", .choice(ValueRule.LetterCase.allCases.map(\.rawValue)), "Change letters"),
            SpecField("nulls", .array(.string(.short(256)), atMost: maximumNulls), "Texts that mean null"),
            SpecField("required", .boolean, "Reject rows without a value"),
        ]),
        // Goes nowhere.
        .null,
        // Of `automatic`, which says whether names alone may find their fields.
        .boolean,
    ])
}

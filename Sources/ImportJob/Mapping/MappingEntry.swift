internal import Formats
internal import JobRuntime

/// What a spec says of one source column in `mapping`: each member with its shape, default and decoding.
struct MappingEntry: Sendable {
    /// Entries of a mapping: what is done for each source row has a bound.
    static let maximumEntries = 4096
    /// Formats of one entry, each of which may be tried for each cell.
    static let maximumFormats = 32
    /// Source columns that one entry joins.
    static let maximumColumns = 64
    /// Texts of one entry that mean null.
    static let maximumNulls = 1000
    /// Characters of a constant or a default, which each row may get.
    static let maximumText = 4096

    /// Target field as specs name it.
    let field: String
    let columns: [String]
    let isGenerated: Bool
    let separator: String
    let constant: String?
    let kind: ValueKind?
    let formats: [String]
    let timezone: String?
    let fallback: String?
    let trims: Bool
    let letterCase: ValueRule.LetterCase?
    let nulls: Set<String>
    let isRequired: Bool

    /// Text is the name of the target field, an object has the members below; `nil` for anything else.
    init?(_ value: JSONValue) {
        guard let name = value.asText ?? Self.field.read(value) else { return nil }
        field = name
        columns = Self.columns.read(value)
        isGenerated = Self.generate.read(value)
        separator = Self.separator.read(value)
        constant = Self.constant.read(value)
        kind = Self.type.read(value)
        formats = Self.format.read(value)
        timezone = Self.timezone.read(value)
        fallback = Self.fallback.read(value)
        trims = Self.trim.read(value)
        letterCase = Self.letterCase.read(value)
        nulls = Self.nulls.read(value)
        isRequired = Self.required.read(value)
    }

    /// What an entry of `mapping` may be.
    static let shape = SpecType.anyOf([
        .string(.any),
        .object([
            field.field, columns.field, generate.field, separator.field, constant.field, type.field, format.field,
            timezone.field, fallback.field, trim.field, letterCase.field, nulls.field, required.field,
        ]),
        // Goes nowhere.
        .null,
        // Of `automatic`, which says whether names alone may find their fields.
        .boolean,
    ])

    private static let field = SpecMember(
        "field", .string(.any), "Target field, or a field of a JSON column: attributes.city", isRequired: true
    ) { $0?.asText }
    private static let columns = SpecMember(
        "columns", .array(.string(.any), atMost: maximumColumns),
        "Several source columns, joined; the entry's name is then free"
    ) { $0?.texts ?? [] }
    private static let generate = SpecMember(
        "generate", .choice(["uuid"]),
        "A key made from the columns: the same for the same values, but for case and spaces around them"
    ) { $0 != nil }
    private static let separator = SpecMember(
        "separator", .string(.short(16)), "Between joined columns, default a space"
    ) { $0?.asText ?? " " }
    private static let constant = SpecMember("value", scalarType, "A constant instead of a column") { $0?.asScalar }
    private static let type = SpecMember(
        "type", .choice(ValueKind.allCases.filter { $0 != .passwordHash }.map(\.name)),
        "What the text is checked for; default: as the catalogue says, in JSON columns text"
    ) { $0?.asText.flatMap(ValueKind.init(name:)) }
    private static let format = SpecMember(
        "format", .anyOf([.string(.short(200)), .array(.string(.short(200)), atMost: maximumFormats)]),
        "dd.MM.yyyy HH:mm, epochSeconds, 1.234,56, yes,ja/no,nein, of a list its delimiter; several of times are tried in order"
    ) { value in value?.asText.map { [$0] } ?? value?.texts ?? [] }
    private static let timezone = SpecMember(
        "timezone", .string(.short(64)),
        "Of times without a zone: an IANA name or +02:00; default that of the spec, then, with a format, UTC"
    ) { $0?.asText }
    private static let fallback = SpecMember("default", scalarType, "For an empty cell") { $0?.asScalar }
    private static let trim = SpecMember.flag("trim", "Remove spaces around text")
    private static let letterCase = SpecMember(
        "case", .choice(ValueRule.LetterCase.allCases.map(\.rawValue)), "Change letters"
    ) { $0?.asText.flatMap(ValueRule.LetterCase.init(rawValue:)) }
    private static let nulls = SpecMember(
        "nulls", .array(.string(.short(256)), atMost: maximumNulls), "Texts that mean null"
    ) { Set($0?.texts ?? []) }
    private static let required = SpecMember.flag("required", "Reject rows without a value")

    private static let scalarType = SpecType.anyOf([.string(.short(maximumText)), .number(-1e300...1e300), .boolean])
}

extension JSONValue {
    /// The elements that are text; empty for what is no array.
    fileprivate var texts: [String] {
        if case .array(let items) = self { return items.compactMap(\.asText) }
        return []
    }

    /// Text, a number or a truth value as text.
    fileprivate var asScalar: String? {
        switch self {
        case .string(let text): text
        case .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }
}

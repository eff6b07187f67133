package import Formats

/// Where the values of a field come from, by the names of the source's columns.
package enum PreviewOrigin: ManifestValue {
    /// From nowhere: the field is null.
    case nowhere
    case column(String)
    /// Several columns, joined or the first that has a value.
    case columns([String])
    /// A key made of the columns.
    case generated(columns: [String])
    /// The same text in each row.
    case constant(String)

    /// Names of members; a key is generated as a UUID.
    private static let (generate, columns, value, uuid) = ("generate", "columns", "value", "uuid")

    package init?(json: JSONValue) {
        switch json {
        case .null: self = .nowhere
        case .string(let name): self = .column(name)
        case .array: self = .columns([String](json: json) ?? [])
        case .object:
            if let text = json.text(Self.value) {
                self = .constant(text)
            } else if json[Self.generate] != nil {
                self = .generated(columns: json[Self.columns].flatMap { [String](json: $0) } ?? [])
            } else {
                return nil
            }
        case .bool, .number: return nil
        }
    }

    package var json: JSONValue {
        switch self {
        case .nowhere: .null
        case .column(let name): .string(name)
        case .columns(let names): names.json
        case .generated(let names):
            .object([JSONMember(Self.generate, .string(Self.uuid)), JSONMember(Self.columns, names.json)])
        case .constant(let text): .object([JSONMember(Self.value, .string(text))])
        }
    }
}

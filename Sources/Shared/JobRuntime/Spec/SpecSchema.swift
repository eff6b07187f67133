package import Formats

extension SpecType {
    /// The shape as JSON Schema (draft 2020-12).
    package func jsonSchema() -> JSONValue {
        switch self {
        case .string(let rule): .object([JSONMember("type", .string("string"))] + rule.schemaMembers)
        case .choice(let names): .object([JSONMember("enum", .array(names.map { .string($0) }))])
        case .integer(let range):
            .object(
                [JSONMember("type", .string("integer")), JSONMember("minimum", .integer(range.lowerBound))]
                    + (range.upperBound == .max ? [] : [JSONMember("maximum", .integer(range.upperBound))]))
        case .number(let range):
            .object([
                JSONMember("type", .string("number")), JSONMember("minimum", .number("\(range.lowerBound)")),
                JSONMember("maximum", .number("\(range.upperBound)")),
            ])
        case .boolean: .object([JSONMember("type", .string("boolean"))])
        case .null: .object([JSONMember("type", .string("null"))])
        case .object(let fields): Self.object(fields)
        case .array(let element, let maximum):
            .object([
                JSONMember("type", .string("array")), JSONMember("items", element.jsonSchema()),
                JSONMember("maxItems", .integer(maximum)),
            ])
        case .map(let element, let maximum):
            .object([
                JSONMember("type", .string("object")), JSONMember("additionalProperties", element.jsonSchema()),
                JSONMember("maxProperties", .integer(maximum)),
            ])
        case .anyOf(let types): .object([JSONMember("anyOf", .array(types.map { $0.jsonSchema() }))])
        case .any: .object([])
        }
    }

    private static func object(_ fields: [SpecField]) -> JSONValue {
        let properties = fields.map { field in
            JSONMember(
                field.name,
                .object(field.type.jsonSchema().members + [JSONMember("description", .string(field.summary))]))
        }
        return .object([
            JSONMember("type", .string("object")), JSONMember("properties", .object(properties)),
            JSONMember("required", .array(fields.filter(\.isRequired).map { .string($0.name) })),
            JSONMember("additionalProperties", .bool(false)),
        ])
    }

    /// The whole document for one kind of job.
    package func schemaDocument(title: String) -> JSONValue {
        .object(
            [
                JSONMember("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                JSONMember("title", .string(title)),
            ] + jsonSchema().members)
    }
}

extension StringRule {
    fileprivate var schemaMembers: [JSONMember] {
        switch self {
        case .any: []
        case .identifier: [JSONMember("pattern", .string("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"))]
        case .sqlName: [JSONMember("pattern", .string("^[A-Za-z0-9_]{1,63}$"))]
        case .tableName: [JSONMember("pattern", .string("^[A-Za-z0-9_]{1,63}(\\.[A-Za-z0-9_]{1,63})?$"))]
        case .timestamp: [JSONMember("format", .string("date-time"))]
        case .separator: [JSONMember("minLength", .integer(1)), JSONMember("maxLength", .integer(1))]
        case .short(let count), .printable(let count): [JSONMember("maxLength", .integer(count))]
        }
    }
}

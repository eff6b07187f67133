package import Formats

/// A field of a spec with what it is decoded to: name, shape, default and decoding are said in one place.
package struct SpecMember<Value: Sendable>: Sendable {
    package let field: SpecField
    private let decode: @Sendable (JSONValue?) -> Value

    /// `decode` gets the value as the shape allows it, `nil` when the spec does not have it.
    package init(
        _ name: String, _ type: SpecType, _ summary: String, isRequired: Bool = false,
        decode: @escaping @Sendable (JSONValue?) -> Value
    ) {
        field = SpecField(name, type, summary, isRequired: isRequired)
        self.decode = decode
    }

    package var name: String { field.name }

    /// What a spec says.
    package func read(_ spec: JSONValue) -> Value { decode(spec[field.name]) }
}

extension SpecMember<Bool> {
    /// True or false; false when the spec does not say.
    package static func flag(_ name: String, _ summary: String) -> SpecMember {
        SpecMember(name, .boolean, summary) { $0?.asFlag ?? false }
    }
}

extension SpecMember<Int?> {
    /// A number of that range, or none.
    package static func number(_ name: String, _ range: ClosedRange<Int>, _ summary: String) -> SpecMember {
        SpecMember(name, .integer(range), summary) { $0?.asInteger }
    }
}

extension SpecMember where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases by name.
    package static func choice(_ name: String, default usual: Value, _ summary: String) -> SpecMember {
        SpecMember(name, .choice(Value.allCases.map(\.rawValue)), summary) { value in
            value?.asText.flatMap(Value.init(rawValue:)) ?? usual
        }
    }
}

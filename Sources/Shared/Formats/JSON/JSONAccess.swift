extension JSONValue {
    /// The text of a string value.
    package var asText: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The number as an integer when it is one.
    package var asInteger: Int? {
        if case .number(let text) = self { return Int(text) }
        return nil
    }

    /// The number when it is one.
    package var asDouble: Double? {
        if case .number(let text) = self { return Double(text) }
        return nil
    }

    /// The truth value when it is one.
    package var asFlag: Bool? {
        if case .bool(let flag) = self { return flag }
        return nil
    }

    /// Text of a member that is a string.
    package func text(_ name: String) -> String? { self[name]?.asText }

    /// Integer of a member.
    package func integer(_ name: String) -> Int? { self[name]?.asInteger }

    /// Number of a member.
    package func double(_ name: String) -> Double? { self[name]?.asDouble }

    /// Boolean of a member.
    package func flag(_ name: String) -> Bool? { self[name]?.asFlag }

    /// Elements of a member that is an array; empty otherwise.
    package func items(_ name: String) -> [JSONValue] {
        if case .array(let items)? = self[name] { return items }
        return []
    }

    /// Members when this is an object; empty otherwise.
    package var members: [JSONMember] {
        if case .object(let members) = self { return members }
        return []
    }

    /// A string, or null.
    package static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// An integer as a number.
    package static func integer(_ number: Int) -> JSONValue { .number(String(number)) }
}

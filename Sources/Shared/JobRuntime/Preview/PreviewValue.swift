package import Formats

/// What a preview can hold: a value with one form in JSON.
///
/// Stored previews are of any version and may be broken: reading one neither throws nor traps.
package protocol PreviewValue: Sendable, Equatable {
    /// As a manifest has it; `nil` for what the value cannot be.
    init?(json: JSONValue)

    /// For the manifest.
    var json: JSONValue { get }
}

extension JSONValue: PreviewValue {
    package init?(json: JSONValue) { self = json }

    package var json: JSONValue { self }
}

extension String: PreviewValue {
    package init?(json: JSONValue) {
        guard let text = json.asText else { return nil }
        self = text
    }

    package var json: JSONValue { .string(self) }
}

extension Int: PreviewValue {
    /// Integers that every reader of JSON agrees about (RFC 8259, section 6); sums and shares of them are integers too.
    private static let exact = -(1 << 53) + 1...(1 << 53) - 1

    package init?(json: JSONValue) {
        guard let number = json.asInteger, Self.exact.contains(number) else { return nil }
        self = number
    }

    package var json: JSONValue { .integer(self) }
}

extension Double: PreviewValue {
    package init?(json: JSONValue) {
        guard case .number(let text) = json, let number = Double(text), number.isFinite else { return nil }
        self = number
    }

    /// Whole numbers without a fraction.
    package var json: JSONValue { isFinite ? .number(Int(exactly: self).map(String.init) ?? description) : .null }
}

extension Array: PreviewValue where Element: PreviewValue {
    /// Without the elements that cannot be read.
    package init?(json: JSONValue) {
        guard case .array(let items) = json else { return nil }
        self = items.compactMap { Element(json: $0) }
    }

    package var json: JSONValue { .array(map(\.json)) }
}

package import Formats
package import JobCore

/// What a manifest can hold: a value with one form in JSON.
///
/// Stored manifests are of any version and may be broken: reading a value neither throws nor traps.
package protocol ManifestValue: Sendable, Equatable {
    /// As a manifest has it; `nil` for what the value cannot be.
    init?(json: JSONValue)

    /// For the manifest.
    var json: JSONValue { get }
}

extension JSONValue: ManifestValue {
    package init?(json: JSONValue) { self = json }

    package var json: JSONValue { self }
}

extension String: ManifestValue {
    package init?(json: JSONValue) {
        guard let text = json.asText else { return nil }
        self = text
    }

    package var json: JSONValue { .string(self) }
}

extension Int: ManifestValue {
    /// Integers that every reader of JSON agrees about (RFC 8259, section 6); sums and shares of them are integers too.
    private static let exact = -(1 << 53) + 1...(1 << 53) - 1

    package init?(json: JSONValue) {
        guard let number = json.asInteger, Self.exact.contains(number) else { return nil }
        self = number
    }

    package var json: JSONValue { .integer(self) }
}

extension Double: ManifestValue {
    package init?(json: JSONValue) {
        guard case .number(let text) = json, let number = Double(text), number.isFinite else { return nil }
        self = number
    }

    /// Whole numbers without a fraction.
    package var json: JSONValue { isFinite ? .number(Int(exactly: self).map(String.init) ?? description) : .null }
}

extension Instant: ManifestValue {
    package init?(json: JSONValue) {
        guard let instant = json.asText.flatMap({ Timestamp.parse($0) }) else { return nil }
        self = instant
    }

    package var json: JSONValue { .string(Timestamp.format(self)) }
}

/// A value of a few, each with its name.
extension ManifestValue where Self: RawRepresentable<String> {
    package init?(json: JSONValue) {
        guard let value = json.asText.flatMap({ Self(rawValue: $0) }) else { return nil }
        self = value
    }

    package var json: JSONValue { .string(rawValue) }
}

extension Array: ManifestValue where Element: ManifestValue {
    /// Without the elements that cannot be read.
    package init?(json: JSONValue) {
        guard case .array(let items) = json else { return nil }
        self = items.compactMap { Element(json: $0) }
    }

    package var json: JSONValue { .array(map(\.json)) }
}

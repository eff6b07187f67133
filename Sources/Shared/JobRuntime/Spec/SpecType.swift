internal import Formats
internal import JobCore

/// One field of a spec: the same table checks it and prints its JSON Schema.
package struct SpecField: Sendable {
    package let name: String
    package let type: SpecType
    /// What it means, for the schema.
    package let summary: String
    package let isRequired: Bool

    package init(_ name: String, _ type: SpecType, _ summary: String, isRequired: Bool = false) {
        self.name = name
        self.type = type
        self.summary = summary
        self.isRequired = isRequired
    }
}

/// What text may be.
package enum StringRule: Sendable {
    case any
    /// An id: `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`.
    case identifier
    /// A table or column name.
    case sqlName
    /// A table, perhaps with its schema.
    case tableName
    /// RFC 3339, or a date.
    case timestamp
    /// One ASCII character that can separate fields, or `\t`.
    case separator
    /// Text of at most so many characters: code points, as one letter may have any number of marks.
    case short(Int)
    /// Text of at most so many characters, each of which can be seen.
    case printable(Int)

    /// What is allowed, for messages.
    var expectation: String {
        switch self {
        case .any: "a string"
        case .identifier: "1 to 64 letters, digits, '_' or '-', beginning with a letter or digit"
        case .sqlName: "a name of at most 63 letters, digits and '_'"
        case .tableName: "a table, or schema.table, of at most 63 letters, digits and '_' each"
        case .timestamp: "an RFC 3339 timestamp such as 2026-04-01T12:00:00Z"
        case .separator: "one of , ; | or tab, or another ASCII punctuation character"
        case .short(let count): "a string of at most \(count) characters"
        case .printable(let count): "a string of at most \(count) characters without control characters"
        }
    }

    private static func isSQLName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 63
            && text.utf8.allSatisfy { Identifier.isLetterOrDigit($0) || $0 == 0x5F }
    }

    func accepts(_ text: String) -> Bool {
        switch self {
        case .any: true
        case .identifier: Identifier.isValid(text)
        case .sqlName: Self.isSQLName(text)
        case .tableName:
            text.split(separator: ".", omittingEmptySubsequences: false).count <= 2
                && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                    Self.isSQLName(String($0))
                }
        case .timestamp: Timestamp.parse(text) != nil
        case .separator:
            text.utf8.count == 1
                && text.utf8.allSatisfy { byte in
                    byte == 0x09 || (byte > 0x20 && byte < 0x7F && byte != 0x22 && !Identifier.isLetterOrDigit(byte))
                }
        case .short(let count): text.utf8.count <= count || text.unicodeScalars.count <= count
        case .printable(let count):
            text.unicodeScalars.count <= count
                && !text.unicodeScalars.contains { PrintableText.hides($0) || $0 == "\t" || $0 == "\n" }
        }
    }
}

/// Ids of organisations, jobs and uploads.
package enum Identifier {
    /// `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`: safe as a path segment, a key and a log field.
    package static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64, isLetterOrDigit(first) else { return false }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

/// The shape of a value in a spec.
package indirect enum SpecType: Sendable {
    case string(StringRule)
    case choice([String])
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case boolean
    case null
    case object([SpecField])
    /// At most so many elements: what a job does for each one must stay cheap.
    case array(SpecType, atMost: Int = SpecType.maximumItems)
    /// An object with any member names, at most so many.
    case map(SpecType, atMost: Int = SpecType.maximumItems)
    case anyOf([SpecType])
    case any

    /// Elements of an array and members of a map, where a field says nothing else.
    package static let maximumItems = 4096

    /// What is allowed, for messages.
    var expectation: String {
        switch self {
        case .string(let rule): rule.expectation
        case .choice(let names): "one of " + names.joined(separator: ", ")
        case .integer(let range):
            "an integer from \(range.lowerBound)" + (range.upperBound == .max ? "" : " to \(range.upperBound)")
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true or false"
        case .null: "null"
        case .object, .map: "an object"
        case .array: "an array"
        case .anyOf(let types): types.map(\.expectation).joined(separator: ", or ")
        case .any: "any value"
        }
    }
}

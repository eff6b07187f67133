package import JobCore

/// The name of an object: segments joined by `/`, safe as a path below a folder and in a URL.
///
/// A segment holds any characters but control characters, line separators and `\`, has at most 255 bytes, is neither `.`
/// nor `..` and does not start with `.dataio`, which is the stores' own. The whole key has at most 1024 bytes. Keys are
/// equal when their bytes are: stores know no other equality of letters.
package struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
    private static let maximumBytes = 1024
    private static let maximumSegmentBytes = 255
    /// What a store's own entries start with; no key can name one.
    static let reservedPrefix = ".dataio"

    package let text: String

    /// Checks the text; throws `invalid_key`.
    package init(validating text: String) throws(JobError) {
        guard !text.isEmpty else { throw Self.invalid("is empty") }
        guard text.utf8.count <= Self.maximumBytes else {
            throw Self.invalid("is longer than \(Self.maximumBytes) bytes")
        }
        guard text.unicodeScalars.allSatisfy(Self.isAllowed) else {
            throw Self.invalid("has a character that is not allowed")
        }
        for segment in Self.split(text, omittingEmpty: false) {
            if let problem = Self.problem(of: segment) { throw Self.invalid(problem) }
        }
        self.text = text
    }

    package var description: String { text }

    package static func == (left: ObjectKey, right: ObjectKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// Whether it comes before the other in the order of bytes, in which stores list.
    package func precedes(_ other: ObjectKey) -> Bool { text.utf8.lexicographicallyPrecedes(other.text.utf8) }

    /// Whether the bytes of the key begin with those of the text.
    package func hasPrefix(_ prefix: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

    /// What follows the prefix; `nil` when the text does not begin with it.
    ///
    /// A mark may follow a slash, so that no characters are compared but bytes.
    package static func rest(of text: String, after prefix: String) -> String? {
        guard text.utf8.starts(with: prefix.utf8) else { return nil }
        return String(Substring(text.utf8.dropFirst(prefix.utf8.count)))
    }

    /// The key with `/` and one or more segments after it; throws `invalid_key`.
    package func appending(_ segment: String) throws(JobError) -> ObjectKey {
        try ObjectKey(validating: "\(text)/\(segment)")
    }

    /// Checks the start of a key, which may end anywhere; throws `invalid_key`.
    static func check(prefix: String) throws(JobError) {
        let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/"))
        if let slash { _ = try ObjectKey(validating: String(prefix[..<slash])) }
        guard prefix.unicodeScalars.allSatisfy(isAllowed) else { throw invalid("has a character that is not allowed") }
    }

    /// The parts between the slashes, never empty.
    var segments: [Substring] { Self.split(text, omittingEmpty: true) }

    /// The parts between the slashes.
    ///
    /// A mark that follows a slash makes one character with it, but not one byte.
    static func split(_ text: String, omittingEmpty: Bool) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: omittingEmpty).map { Substring($0) }
    }

    /// Whether the character may stand in a key.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\\" }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }

    private static func problem(of segment: Substring) -> String? {
        if segment.isEmpty { return "has an empty segment" }
        if segment.utf8.elementsEqual(".".utf8) || segment.utf8.elementsEqual("..".utf8) {
            return "has a segment of dots"
        }
        if segment.utf8.starts(with: reservedPrefix.utf8) { return "has a segment that starts with \(reservedPrefix)" }
        if segment.utf8.count > maximumSegmentBytes { return "has a segment longer than \(maximumSegmentBytes) bytes" }
        return nil
    }

    private static func invalid(_ problem: String) -> JobError {
        JobError(
            .invalidKey, "the object key \(problem)")
    }
}

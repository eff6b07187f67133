package import JobCore

/// The name of an object: segments joined by `/`, safe as a path below a folder and in a URL.
///
/// A segment holds ASCII letters, digits and `._-=+@,~`, has at most 255 bytes, is neither `.` nor `..` and does not
/// start with `.dataio`, which is the stores' own. The whole key has at most 1024 bytes.
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
        guard text.utf8.allSatisfy({ $0 == UInt8(ascii: "/") || Self.isAllowed($0) }) else {
            throw Self.invalid("has a character that is not allowed")
        }
        for segment in text.split(separator: "/", omittingEmptySubsequences: false) {
            if let problem = Self.problem(of: segment) { throw Self.invalid(problem) }
        }
        self.text = text
    }

    package var description: String { text }

    /// The key with `/` and one or more segments after it; throws `invalid_key`.
    package func appending(_ segment: String) throws(JobError) -> ObjectKey {
        try ObjectKey(validating: "\(text)/\(segment)")
    }

    /// Checks the start of a key, which may end anywhere; throws `invalid_key`.
    static func check(prefix: String) throws(JobError) {
        let slash = prefix.lastIndex(of: "/")
        if let slash { _ = try ObjectKey(validating: String(prefix[..<slash])) }
        let rest = slash.map { prefix[prefix.index(after: $0)...] } ?? prefix[...]
        guard rest.utf8.allSatisfy(isAllowed) else { throw invalid("has a character that is not allowed") }
    }

    /// The parts between the slashes, never empty.
    var segments: [Substring] { text.split(separator: "/") }

    /// Whether the byte may stand in a segment.
    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "._-=+@,~".utf8.contains(byte)
        }
    }

    private static func problem(of segment: Substring) -> String? {
        if segment.isEmpty { return "has an empty segment" }
        if segment == "." || segment == ".." { return "has a segment of dots" }
        if segment.hasPrefix(reservedPrefix) { return "has a segment that starts with \(reservedPrefix)" }
        if segment.utf8.count > maximumSegmentBytes { return "has a segment longer than \(maximumSegmentBytes) bytes" }
        return nil
    }

    private static func invalid(_ problem: String) -> JobError {
        JobError(
            "invalid_key", .usage, "the object key \(problem)",
            hint: "use letters, digits and ._-=+@,~ in segments joined by /")
    }
}

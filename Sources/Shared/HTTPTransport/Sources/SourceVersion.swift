/// What an answer says about the version of a source.
struct SourceVersion: Sendable, Equatable {
    /// The entity tag, quotes included, if it is a strong one: it alone proves that bytes belong together
    /// (RFC 9110 section 8.8.3).
    let strongTag: String?
    let lastModified: String?
    /// The bytes of the whole source.
    let size: Int?

    /// Reads the answer to a request for all of the source.
    init(_ head: HTTPHead) {
        strongTag = head["ETag"].flatMap(Self.strong)
        lastModified = head["Last-Modified"]
        // A length beside a transfer coding does not count (RFC 9112 section 6.3).
        size = head["Transfer-Encoding"] == nil ? head["Content-Length"].flatMap(Self.count) : nil
    }

    /// The strong tag, else the date of the last change, else nothing.
    var tag: String { strongTag ?? lastModified ?? "" }

    /// Whether the answer goes on with this version at that byte (RFC 9110 section 15.3.7.1).
    func isContinued(by head: HTTPHead, at offset: Int) -> Bool {
        guard let strongTag, head["ETag"] == strongTag, let range = head["Content-Range"].flatMap(ContentRange.init)
        else { return false }
        guard range.first == offset else { return false }
        guard let size, let total = range.total else { return true }
        return total == size
    }

    private static func strong(_ text: String) -> String? {
        let bytes = text.utf8
        guard bytes.count > 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return nil }
        let inner = bytes.dropFirst().dropLast()
        let isPlain = inner.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
        return isPlain ? text : nil
    }

    static func count(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

/// The value of a `Content-Range` field: `bytes 5-9/10` (RFC 9110 section 14.4).
private struct ContentRange {
    let first: Int
    /// `nil` when the server does not know it.
    let total: Int?

    init?(_ text: String) {
        guard text.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = SourceVersion.count(ends[0]), let last = SourceVersion.count(ends[1]),
            first <= last
        else { return nil }
        self.first = first
        if parts[1] == "*" {
            total = nil
        } else {
            guard let total = SourceVersion.count(parts[1]), last < total else { return nil }
            self.total = total
        }
    }
}

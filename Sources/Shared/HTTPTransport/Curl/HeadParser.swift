/// Collects the header lines of an answer as libcurl hands them over, one a call.
struct HeadParser {
    /// Bytes of header lines of one answer, interim answers included; libcurl 7.88 bounds single lines only.
    static let maximumBytes = 256 << 10

    private(set) var head: HTTPHead?
    private var status = 0
    private var fields: [HTTPField] = []
    private var byteCount = 0

    /// What a line did.
    enum Step { case more, complete, tooLarge, malformed }

    /// Takes one line with its end; what follows the head (trailers) is ignored.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Step {
        if head != nil { return .more }
        byteCount += bytes.count
        if byteCount > Self.maximumBytes { return .tooLarge }
        let line = unsafe Self.trimmed(String(decoding: bytes, as: UTF8.self)[...])
        if line.isEmpty { return finish() }
        if line.hasPrefix("HTTP/"), fields.isEmpty {
            status = line.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
            return status < 100 || status > 999 ? .malformed : .more
        }
        if let first = unsafe bytes.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            // A folded line (RFC 9112 section 5.2) goes on with the field before it.
            if let last = fields.popLast() { fields.append(HTTPField(last.name, last.value + " " + line)) }
            return .more
        }
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return .more }
        fields.append(HTTPField(String(line[..<colon]), Self.trimmed(line[line.utf8.index(after: colon)...])))
        return .more
    }

    private mutating func finish() -> Step {
        defer { fields = [] }
        // Interim answers (100, 103) precede the one that counts.
        if status < 200 { return .more }
        head = HTTPHead(status: status, fields: fields)
        return .complete
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        var view = text.utf8.drop(while: isBlank)
        while let last = view.last, isBlank(last) { view.removeLast() }
        return String(Substring(view))
    }
}

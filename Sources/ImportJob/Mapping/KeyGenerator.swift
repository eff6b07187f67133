internal import JobCore
internal import Signing

/// Makes the key of a row from values of it: the same values give the same key, in every job of the organisation.
struct KeyGenerator: Sendable {
    private let seed: [UInt8]

    init(_ orgId: String, _ resource: String) { seed = Self.part(orgId) + Self.part(resource) }

    /// Appends a UUID of version 8 (RFC 9562) made from the values, without regard to case and to space around them;
    /// nothing when none of them has any text.
    func append(_ values: [String?], to output: inout [UInt8]) -> Bool {
        var input = seed
        var hasText = false
        for value in values {
            let text = value.map(Self.folded) ?? ""
            hasText = hasText || !text.isEmpty
            input += Self.part(text)
        }
        if !hasText { return false }
        var bytes = Array(SHA256Digest.of(input).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { output.append(UInt8(ascii: "-")) }
            for digit in [byte >> 4, byte & 0x0F] {
                output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return true
    }

    /// A text that no other one can be mistaken for when they stand behind each other.
    private static func part(_ text: String) -> [UInt8] { Array("\(text.utf8.count):".utf8) + text.utf8 }

    private static func folded(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let start = scalars.firstIndex { !VisibleText.isWhitespace($0) } ?? scalars.endIndex
        let end = scalars.lastIndex { !VisibleText.isWhitespace($0) }.map { scalars.index(after: $0) } ?? start
        return String(scalars[start..<end]).lowercased()
    }
}

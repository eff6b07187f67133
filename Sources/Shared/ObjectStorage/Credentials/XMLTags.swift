/// The texts of leaf elements in a small, trusted XML answer.
struct XMLTags {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The text of the first element with that name; nil when there is none, or it holds other elements.
    func first(_ name: String) -> String? {
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: open)...]
            guard rest.hasPrefix(name), let end = rest.firstIndex(of: ">") else { continue }
            let attributes = rest[..<end].dropFirst(name.count)
            guard attributes.first?.isWhitespace ?? true, attributes.last != "/" else { continue }
            let content = rest[rest.index(after: end)...]
            guard let close = content.firstIndex(of: "<"), content[close...].hasPrefix("</\(name)") else { return nil }
            return Self.decoded(content[..<close]).trimmed
        }
        return nil
    }

    /// The text with its references replaced (XML 1.0 section 4.1); unknown ones stay as they are.
    private static func decoded(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let mark = rest.firstIndex(of: "&") {
            result += rest[..<mark]
            rest = rest[mark...]
            guard let end = rest.firstIndex(of: ";"), let character = character(rest[..<end].dropFirst()) else {
                result.append(rest.removeFirst())
                continue
            }
            result.append(character)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func character(_ name: Substring) -> Character? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let digits = name.hasPrefix("#x") ? (name.dropFirst(2), 16) : (name.dropFirst(1), 10)
            guard name.hasPrefix("#"), let number = UInt32(digits.0, radix: digits.1) else { return nil }
            return Unicode.Scalar(number).map(Character.init)
        }
    }
}

/// An element of the small XML documents that stores answer with; attributes and namespaces are left out.
///
/// Knows elements, text, the five predefined entities and numeric references, comments and the declaration
/// (https://www.w3.org/TR/xml/); anything else makes the document unreadable.
struct XMLElement: Equatable {
    private(set) var name: String
    private(set) var text = ""
    private(set) var children: [XMLElement] = []

    /// The text of the first child with that name.
    subscript(name: String) -> String? { children.first { $0.name == name }?.text }

    /// The text, without surrounding white space, of the first element with that name at any depth.
    func text(of name: String) -> String? {
        if self.name == name { return text.trimmed }
        for child in children {
            if let found = child.text(of: name) { return found }
        }
        return nil
    }

    /// The children with that name.
    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// Reads a document; `nil` when it is not well-formed or nested deeper than such answers are.
    init?(_ document: [UInt8]) {
        var reader = XMLReader(document)
        guard let root = reader.document() else { return nil }
        self = root
    }

    fileprivate init(name: String) { self.name = name }

    fileprivate mutating func append(_ child: XMLElement) { children.append(child) }
    fileprivate mutating func append(_ part: String) { text += part }
}

private struct XMLReader {
    private static let maximumDepth = 16
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() -> XMLElement? {
        skipProlog()
        guard let root = element(depth: 0) else { return nil }
        skipProlog()
        return position == bytes.count ? root : nil
    }

    /// Spaces, the declaration and comments.
    private mutating func skipProlog() {
        while position < bytes.count {
            if bytes[position] <= 0x20 {
                position += 1
            } else if starts(with: "<?") {
                skip(past: "?>")
            } else if starts(with: "<!--") {
                skip(past: "-->")
            } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) -> XMLElement? {
        guard depth < Self.maximumDepth, starts(with: "<"), let end = index(of: UInt8(ascii: ">")) else { return nil }
        let isEmpty = end > 0 && bytes[end - 1] == UInt8(ascii: "/")
        let tag = bytes[(position + 1)..<(isEmpty ? end - 1 : end)]
        guard let nameBytes = tag.split(whereSeparator: { $0 <= 0x20 }).first else { return nil }
        var element = XMLElement(name: String(decoding: nameBytes, as: UTF8.self))
        position = end + 1
        if isEmpty { return element }
        while position < bytes.count {
            if starts(with: "</") {
                guard let end = index(of: UInt8(ascii: ">")) else { return nil }
                let closing = bytes[(position + 2)..<end].prefix { $0 > 0x20 }
                position = end + 1
                return closing.elementsEqual(nameBytes) ? element : nil
            }
            if starts(with: "<!--") {
                skip(past: "-->")
            } else if bytes[position] == UInt8(ascii: "<") {
                guard let child = self.element(depth: depth + 1) else { return nil }
                element.append(child)
            } else {
                guard let part = characters() else { return nil }
                element.append(part)
            }
        }
        return nil
    }

    /// Text up to the next tag.
    private mutating func characters() -> String? {
        let end = index(of: UInt8(ascii: "<")) ?? bytes.count
        var decoded: [UInt8] = []
        while position < end {
            let byte = bytes[position]
            if byte != UInt8(ascii: "&") {
                decoded.append(byte)
                position += 1
                continue
            }
            guard let semicolon = index(of: UInt8(ascii: ";")), semicolon < end,
                let character = Self.entity(String(decoding: bytes[(position + 1)..<semicolon], as: UTF8.self))
            else { return nil }
            decoded += Array(String(character).utf8)
            position = semicolon + 1
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func entity(_ name: String) -> Character? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }

    private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private func index(of byte: UInt8) -> Int? { bytes[position...].firstIndex(of: byte) }

    private mutating func skip(past text: String) {
        while position < bytes.count && !starts(with: text) { position += 1 }
        position = min(position + text.utf8.count, bytes.count)
    }
}

/// Writes a JSON document as text.
struct JSONSerializer {
    let indents: Bool
    let sorts: Bool
    private var output: [UInt8] = []
    private var depth = 0

    init(indents: Bool, sorts: Bool) {
        self.indents = indents
        self.sorts = sorts
    }

    var text: String { String(decoding: output, as: UTF8.self) }

    mutating func append(_ value: JSONValue) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: number.utf8)
        case .string(let string): Self.appendQuoted(string.utf8, to: &output)
        case .array(let elements):
            open(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                separate(isFirst: index == 0)
                append(element)
            }
            close(UInt8(ascii: "]"), isEmpty: elements.isEmpty)
        case .object(let members):
            open(UInt8(ascii: "{"))
            let ordered = sorts ? members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : members
            for (index, member) in ordered.enumerated() {
                separate(isFirst: index == 0)
                Self.appendQuoted(member.name.utf8, to: &output)
                output.append(UInt8(ascii: ":"))
                if indents { output.append(UInt8(ascii: " ")) }
                append(member.value)
            }
            close(UInt8(ascii: "}"), isEmpty: members.isEmpty)
        }
    }

    /// Appends text in quotes with the escapes RFC 8259, section 7, demands and no others.
    static func appendQuoted(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        append(escaped: text, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// Appends text as it stands between quotes.
    static func append(escaped text: some Sequence<UInt8>, to output: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x00..<0x20: appendControl(byte, to: &output)
            default: output.append(byte)
            }
        }
    }

    /// Appends the escape of a control character, in its short form where there is one.
    static func appendControl(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        default:
            let low = byte & 0x0F
            output.append(contentsOf: (byte < 0x10 ? "u000" : "u001").utf8)
            output.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }

    private mutating func open(_ bracket: UInt8) {
        output.append(bracket)
        depth += 1
    }

    private mutating func separate(isFirst: Bool) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        breakLine()
    }

    private mutating func close(_ bracket: UInt8, isEmpty: Bool) {
        depth -= 1
        if !isEmpty { breakLine() }
        output.append(bracket)
    }

    private mutating func breakLine() {
        guard indents else { return }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
}

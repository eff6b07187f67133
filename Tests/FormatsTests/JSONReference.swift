import JobCore

/// JSON by RFC 8259, by recursion over the whole input.
///
/// Slow and obvious on purpose.
struct ReferenceJSON {
    struct Invalid: Error {}

    /// A value as the row reader should deliver it.
    indirect enum Value {
        case field(String?)
        case object([(name: [UInt8], value: Value, text: String)])
        case array
    }

    let bytes: [UInt8]
    var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The only value of the text, white space around it allowed.
    static func whole(_ bytes: [UInt8]) throws -> Value {
        var parser = ReferenceJSON(bytes)
        parser.space()
        let value = try parser.value(1)
        parser.space()
        if parser.at != bytes.count { throw Invalid() }
        return value
    }

    mutating func space() { while at < bytes.count && [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 } }

    mutating func take(_ text: String) throws {
        guard bytes[at...].starts(with: text.utf8) else { throw Invalid() }
        at += text.utf8.count
    }

    mutating func value(_ depth: Int) throws -> Value {
        guard at < bytes.count else { throw Invalid() }
        switch bytes[at] {
        case UInt8(ascii: "{"):
            at += 1
            var members: [(name: [UInt8], value: Value, text: String)] = []
            space()
            if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
                at += 1
                return .object([])
            }
            while true {
                space()
                let name = try string()
                space()
                try take(":")
                space()
                let start = at
                let value = try value(depth + 1)
                let raw = bytes[start..<at].map { [0x0A, 0x0D, 0x09].contains($0) ? 0x20 : $0 }
                members.append((Array(name.utf8), value, String(decoding: raw, as: UTF8.self)))
                space()
                if at < bytes.count, bytes[at] == UInt8(ascii: "}") { break }
                try take(",")
            }
            at += 1
            return .object(members)
        case UInt8(ascii: "["):
            at += 1
            space()
            if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
                at += 1
                return .array
            }
            while true {
                space()
                _ = try value(depth + 1)
                space()
                if at < bytes.count, bytes[at] == UInt8(ascii: "]") { break }
                try take(",")
            }
            at += 1
            return .array
        case UInt8(ascii: "\""): return .field("s:" + (try string()))
        case UInt8(ascii: "t"):
            try take("true")
            return .field("true")
        case UInt8(ascii: "f"):
            try take("false")
            return .field("false")
        case UInt8(ascii: "n"):
            try take("null")
            return .field(nil)
        default:
            let start = at
            if bytes[at] == UInt8(ascii: "-") { at += 1 }
            if at < bytes.count, bytes[at] == UInt8(ascii: "0") { at += 1 } else { try digits() }
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                at += 1
                try digits()
            }
            if at < bytes.count, bytes[at] == UInt8(ascii: "e") || bytes[at] == UInt8(ascii: "E") {
                at += 1
                if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
                try digits()
            }
            return .field(String(decoding: bytes[start..<at], as: UTF8.self))
        }
    }

    mutating func digits() throws {
        guard at < bytes.count, 0x30...0x39 ~= bytes[at] else { throw Invalid() }
        while at < bytes.count, 0x30...0x39 ~= bytes[at] { at += 1 }
    }

    mutating func string() throws -> String {
        try take("\"")
        // UTF-16, as the escapes are; what is no text fails when it becomes UTF-8.
        var units: [UInt16] = []
        var raw: [UInt8] = []
        func flush() throws {
            guard let text = String(validating: raw, as: UTF8.self) else { throw Invalid() }
            units += text.utf16
            raw = []
        }
        while true {
            guard at < bytes.count, bytes[at] >= 0x20 else { throw Invalid() }
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") { break }
            if byte != UInt8(ascii: "\\") {
                raw.append(byte)
                continue
            }
            try flush()
            guard at < bytes.count else { throw Invalid() }
            let letter = bytes[at]
            at += 1
            let simple: [UInt8: UInt16] = [
                0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
            ]
            if let unit = simple[letter] {
                units.append(unit)
            } else if letter == UInt8(ascii: "u"), at + 4 <= bytes.count {
                let text = String(decoding: bytes[at..<at + 4], as: UTF8.self)
                guard text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else { throw Invalid() }
                units.append(unit)
                at += 4
            } else {
                throw Invalid()
            }
        }
        try flush()
        guard let text = String(validating: units, as: UTF16.self) else { throw Invalid() }
        return text
    }
}

/// What the row reader should make of a file; fields are in the order of `columns`, defects hold no fields.
func referenceRows(_ bytes: [UInt8], layout: String) -> ReadResult {
    var result = ReadResult()
    var names: [[UInt8]] = []

    func add(_ value: ReferenceJSON.Value, line: Int, offset: Int) {
        var row = ReadRow(fields: [], line: line, offset: offset)
        defer { result.rows.append(row) }
        guard case .object(let members) = value else {
            row.defect = "not_an_object"
            return
        }
        if Set(members.map(\.name)).count != members.count {
            row.defect = "duplicate_key"
            return
        }
        for member in members where !names.contains(member.name) { names.append(member.name) }
        if names.isEmpty {
            row.defect = "empty_object"
            return
        }
        row.fields = names.map { name in
            guard let member = members.first(where: { $0.name == name }) else { return nil }
            if case .field(let text) = member.value { return text }
            return member.text
        }
        if row.fields.contains(where: { $0?.contains("\0") == true }) {
            row.defect = "nul_byte"
            row.fields = []
        }
    }

    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    func line(_ offset: Int) -> Int { 1 + bytes[..<offset].count { $0 == 0x0A } }

    if layout == "lines" {
        var at = start
        while at < bytes.count {
            let end = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count
            // Several values may stand on a line, record separators in front of them.
            var start = at
            func next(_ from: Int) -> Int? {
                bytes[from..<end].firstIndex { ![0x20, 0x0D, 0x09, 0x1E].contains($0) }
            }
            while let first = next(start) {
                var parser = ReferenceJSON(Array(bytes[..<end]))
                parser.at = first
                start = end
                do {
                    let value = try parser.value(1)
                    if let rest = next(parser.at) {
                        if bytes[rest] != UInt8(ascii: "{") { throw ReferenceJSON.Invalid() }
                        start = rest
                    }
                    add(value, line: line(first), offset: first)
                } catch {
                    result.rows.append(ReadRow(fields: [], line: line(first), offset: first, defect: "invalid_json"))
                }
            }
            at = end + 1
        }
    } else {
        var parser = ReferenceJSON(bytes)
        parser.at = start
        parser.space()
        if parser.at == bytes.count {
            result.error = "source_empty"
            return result
        }
        do {
            try parser.take("[")
            parser.space()
            if parser.at < bytes.count, bytes[parser.at] == UInt8(ascii: "]") {
                parser.at += 1
            } else {
                while true {
                    parser.space()
                    let offset = parser.at
                    add(try parser.value(1), line: line(offset), offset: offset)
                    parser.space()
                    if parser.at < bytes.count, bytes[parser.at] == UInt8(ascii: "]") { break }
                    try parser.take(",")
                }
                parser.at += 1
            }
            parser.space()
            if parser.at != bytes.count { throw ReferenceJSON.Invalid() }
        } catch {
            result.error = "invalid_json"
        }
    }
    result.columns = names.map { String(decoding: $0, as: UTF8.self) }
    return result
}

/// A result whose rows all have as many fields as there are columns, and whose defects have none.
func normalized(_ result: ReadResult) -> ReadResult {
    var result = result
    for index in result.rows.indices {
        if result.rows[index].defect != nil {
            result.rows[index].fields = []
        } else {
            let missing = result.columns.count - result.rows[index].fields.count
            result.rows[index].fields += [String?](repeating: nil, count: max(missing, 0))
        }
    }
    return result
}

internal import JobCore

/// A strict reader of small JSON documents (RFC 8259).
///
/// It recurses once a nesting level, so the depth is limited.
struct JSONParser {
    /// No setting raises the depth beyond this: what the stack of a thread surely holds.
    private static let depthCeiling = 512

    private let bytes: [UInt8]
    private let limits: JSONLimits
    private let document: JSONDocument
    private var at = 0
    private var depth = 0

    init(_ bytes: [UInt8], limits: JSONLimits, document: JSONDocument) {
        self.bytes = bytes
        self.limits = limits
        self.document = document
    }

    mutating func parse() throws(JobError) -> JSONValue {
        guard bytes.count <= limits.maxBytes else {
            throw JobError(
                document.code, "\(document.name) has \(bytes.count) bytes, the limit is \(limits.maxBytes)",
                hint: "data goes into the object store, not into this document", position: position(limits.maxBytes))
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw failure(
                "it starts with a byte order mark", at: 0, hint: "save the document as UTF-8 without a BOM")
        }
        if let place = UTF8Text.firstInvalid(in: bytes) { throw failure("invalid UTF-8", at: place) }
        skipSpace()
        if at == bytes.count {
            throw failure("it is empty", at: at, hint: "a JSON value such as {} is expected")
        }
        let result = try value()
        skipSpace()
        guard at == bytes.count else { throw failure("text after its end", at: at) }
        return result
    }

    private mutating func value() throws(JobError) -> JSONValue {
        // No byte is zero where a value begins, so zero can stand for the end of the document.
        switch current ?? 0 {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw failure(at == bytes.count ? "it ends early" : "expected a value", at: at)
        }
    }

    private mutating func object() throws(JobError) -> JSONValue {
        try enter()
        var members: [JSONMember] = []
        // Strings compare by canonical equivalence; names of members differ as soon as their bytes do.
        var names: Set<[UInt8]> = []
        if current == UInt8(ascii: "}") { return leave(.object([])) }
        while true {
            guard current == UInt8(ascii: "\"") else { throw expected("a member name in quotes") }
            let place = at
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else {
                throw JobError(
                    document.code, "\(document.name) has the same member name twice in an object",
                    hint: "remove one of them",
                    position: position(place))
            }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw expected("':' after the member name") }
            advance()
            members.append(JSONMember(name, try value()))
            skipSpace()
            if current == UInt8(ascii: "}") { return leave(.object(members)) }
            guard current == UInt8(ascii: ",") else { throw expected("',' or '}' after the member") }
            advance()
        }
    }

    private mutating func array() throws(JobError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") { return leave(.array([])) }
        while true {
            elements.append(try value())
            skipSpace()
            if current == UInt8(ascii: "]") { return leave(.array(elements)) }
            guard current == UInt8(ascii: ",") else { throw expected("',' or ']' after the element") }
            advance()
        }
    }

    private mutating func string() throws(JobError) -> String {
        let start = at
        at += 1
        // What needs no decoding, as a rule all of it, is taken as it is.
        while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
            at += 1
        }
        if current == UInt8(ascii: "\"") {
            at += 1
            return String(decoding: bytes[start + 1..<at - 1], as: UTF8.self)
        }
        var text = Array(bytes[start + 1..<at])
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return String(decoding: text, as: UTF8.self)
            }
            if byte < 0x20 { throw failure("a control character in a string must be escaped", at: at) }
            if byte == UInt8(ascii: "\\") {
                let decoded = unsafe bytes.withUnsafeBufferPointer { buffer in
                    unsafe buffer.baseAddress.flatMap { unsafe JSONEscape.decode($0, at: at, end: buffer.count) }
                }
                guard let escape = decoded else { throw failure("invalid escape in a string", at: at) }
                text.append(contentsOf: escape.text.utf8)
                at += escape.length
            } else {
                text.append(byte)
                at += 1
            }
        }
        throw failure("a string is not closed", at: start)
    }

    private mutating func number() throws(JobError) -> JSONValue {
        let start = at
        if current == UInt8(ascii: "-") { at += 1 }
        if current == UInt8(ascii: "0") { at += 1 } else { try digits() }
        if current == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            at += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private mutating func digits() throws(JobError) {
        let start = at
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        if at == start { throw expected("a digit") }
    }

    private mutating func literal(_ text: String, _ value: JSONValue) throws(JobError) -> JSONValue {
        guard bytes[at...].starts(with: text.utf8) else { throw expected("a value") }
        at += text.utf8.count
        return value
    }

    private mutating func enter() throws(JobError) {
        depth += 1
        let limit = min(limits.maxDepth, Self.depthCeiling)
        guard depth <= limit else {
            throw JobError(
                document.code, "\(document.name) is nested deeper than \(limit) levels",
                hint: "write it with fewer arrays and objects inside each other", position: position(at))
        }
        advance()
    }

    private mutating func leave(_ value: JSONValue) -> JSONValue {
        depth -= 1
        at += 1
        return value
    }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// Moves behind the current byte and the white space that follows.
    private mutating func advance() {
        at += 1
        skipSpace()
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private func expected(_ what: String) -> JobError {
        failure(at == bytes.count ? "it ends where \(what) is expected" : "expected \(what)", at: at)
    }

    private func failure(
        _ reason: String, at place: Int, hint: String = "correct the document at that place"
    ) -> JobError {
        JobError(document.code, "\(document.name) is no valid JSON: \(reason)", hint: hint, position: position(place))
    }

    private func position(_ place: Int) -> DataPosition {
        DataPosition(line: 1 + bytes[..<place].count { $0 == 0x0A }, byteOffset: place)
    }
}

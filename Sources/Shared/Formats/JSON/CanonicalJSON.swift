internal import JobCore

/// JSON in the one form in which it is stored and exported: that of PostgreSQL's `jsonb`, without white space.
///
/// Members are unique (the last one wins) and ordered by the length of their names, then by bytes; strings have the
/// escapes that RFC 8259 demands and no others; numbers have no exponent and keep their scale.
/// See https://www.postgresql.org/docs/current/datatype-json.html.
package enum CanonicalJSON {
    /// Levels of nesting that a value in a row may have.
    static let maximumDepth = 64
    private static let limits = JSONLimits(maxDepth: maximumDepth, maxBytes: .max, keepsLastOfRepeated: true)

    /// Appends the canonical text; false, with nothing appended, when the bytes are not JSON that can be stored.
    ///
    /// A zero character (`\u0000`) cannot, nor can a number of more than 1,000 digits.
    package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        if unsafe CanonicalCheck.passes(bytes) {
            unsafe output.append(contentsOf: bytes)
            return true
        }
        // Most texts lack nothing but have white space.
        if unsafe appendCompact(bytes, to: &output) { return true }
        guard let value = try? unsafe JSONValue(parsing: Array(bytes), limits: limits) else { return false }
        let start = output.count
        if write(value, to: &output) { return true }
        output.removeLast(output.count - start)
        return false
    }

    /// Appends the text without its white space when that is canonical.
    private static func appendCompact(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        let start = output.count
        unsafe output.append(contentsOf: bytes)
        let isCanonical = unsafe output.withUnsafeMutableBufferPointer { buffer in
            let text = unsafe UnsafeMutableBufferPointer(rebasing: buffer[start...])
            guard let count = unsafe compact(text) else { return -1 }
            let passes = unsafe CanonicalCheck.passes(UnsafeBufferPointer(rebasing: text[..<count]))
            return passes ? count : -1
        }
        output.removeLast(output.count - start - max(isCanonical, 0))
        return isCanonical >= 0
    }

    /// Moves what is no white space outside strings to the front; returns how much that is.
    ///
    /// `nil` when two words would become one.
    private static func compact(_ text: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var count = 0
        var isInString = false
        var hasGap = false
        var index = 0
        while index < text.count {
            let byte = unsafe text[index]
            index += 1
            if !isInString && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) {
                hasGap = true
                continue
            }
            if hasGap {
                if count > 0, !isMark(byte), unsafe !isMark(text[count - 1]) { return nil }
                hasGap = false
            }
            unsafe text[count] = byte
            count += 1
            if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if byte == UInt8(ascii: "\\"), isInString, index < text.count {
                unsafe text[count] = text[index]
                count += 1
                index += 1
            }
        }
        return count
    }

    private static func isMark(_ byte: UInt8) -> Bool { "{}[],:".utf8.contains(byte) }

    private static func write(_ value: JSONValue, to output: inout [UInt8]) -> Bool {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(var number): return number.withUTF8 { unsafe DecimalText.append($0, to: &output) }
        case .string(let text): return write(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                if !write(element, to: &output) { return false }
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: precedes).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                if !write(member.name, to: &output) { return false }
                output.append(UInt8(ascii: ":"))
                if !write(member.value, to: &output) { return false }
            }
            output.append(UInt8(ascii: "}"))
        }
        return true
    }

    private static func write(_ text: String, to output: inout [UInt8]) -> Bool {
        if text.utf8.contains(0) { return false }
        JSONSerializer.appendQuoted(text.utf8, to: &output)
        return true
    }

    private static func precedes(_ left: JSONMember, _ right: JSONMember) -> Bool {
        let (left, right) = (left.name.utf8, right.name.utf8)
        return left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}

/// Tells whether text is canonical already, in one pass and without memory of its own.
///
/// Each method takes the index at which something begins and returns the index behind it, -1 when it is not canonical.
private struct CanonicalCheck {
    private var scanner: JSONScanner

    /// Whether the whole text is canonical.
    static func passes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        var check = unsafe CanonicalCheck(
            scanner: JSONScanner(
                base, end: bytes.count, readable: bytes.count, maxDepth: CanonicalJSON.maximumDepth))
        return check.value(0, depth: 0) == bytes.count
    }

    private mutating func value(_ at: Int, depth: Int) -> Int {
        guard at < scanner.end, depth <= CanonicalJSON.maximumDepth else { return -1 }
        switch unsafe scanner.bytes[at] {
        case UInt8(ascii: "{"): return depth == CanonicalJSON.maximumDepth ? -1 : object(at + 1, depth: depth + 1)
        case UInt8(ascii: "["): return depth == CanonicalJSON.maximumDepth ? -1 : array(at + 1, depth: depth + 1)
        case UInt8(ascii: "\""): return string(at)
        default: return scalar(at)
        }
    }

    private mutating func object(_ start: Int, depth: Int) -> Int {
        if start < scanner.end, unsafe scanner.bytes[start] == UInt8(ascii: "}") { return start + 1 }
        var at = start
        var last = 0..<0
        while true {
            guard at < scanner.end, unsafe scanner.bytes[at] == UInt8(ascii: "\"") else { return -1 }
            let behind = string(at)
            if behind < 0 { return -1 }
            let name = at + 1..<behind - 1
            // Escapes would be compared as what they stand for.
            if scanner.hasEscape || (at != start && !precedes(last, name)) { return -1 }
            last = name
            guard behind < scanner.end, unsafe scanner.bytes[behind] == UInt8(ascii: ":") else { return -1 }
            at = value(behind + 1, depth: depth)
            guard at >= 0, at < scanner.end else { return -1 }
            let mark = unsafe scanner.bytes[at]
            at += 1
            if mark == UInt8(ascii: "}") { return at }
            if mark != UInt8(ascii: ",") { return -1 }
        }
    }

    private func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        if left.count != right.count { return left.count < right.count }
        for index in 0..<left.count {
            let one = unsafe scanner.bytes[left.lowerBound + index]
            let other = unsafe scanner.bytes[right.lowerBound + index]
            if one != other { return one < other }
        }
        return false
    }

    private mutating func array(_ start: Int, depth: Int) -> Int {
        if start < scanner.end, unsafe scanner.bytes[start] == UInt8(ascii: "]") { return start + 1 }
        var at = start
        while true {
            at = value(at, depth: depth)
            guard at >= 0, at < scanner.end else { return -1 }
            let mark = unsafe scanner.bytes[at]
            at += 1
            if mark == UInt8(ascii: "]") { return at }
            if mark != UInt8(ascii: ",") { return -1 }
        }
    }

    private mutating func string(_ open: Int) -> Int {
        let behind = scanner.string(open)
        if behind < 0 || !scanner.hasEscape { return behind }
        var at = open + 1
        while at < behind - 1 {
            guard unsafe scanner.bytes[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            switch unsafe scanner.bytes[at + 1] {
            case UInt8(ascii: "/"), UInt8(ascii: "u"): return -1
            default: at += 2
            }
        }
        return behind
    }

    private mutating func scalar(_ start: Int) -> Int {
        let behind = scanner.scalar(start)
        guard behind >= 0, behind - start <= DecimalText.maximumDigits else { return -1 }
        let first = unsafe scanner.bytes[start]
        guard first == UInt8(ascii: "-") || first <= UInt8(ascii: "9") else { return behind }
        var isZero = true
        for index in start..<behind {
            let byte = unsafe scanner.bytes[index]
            if byte | 0x20 == UInt8(ascii: "e") { return -1 }
            if byte > UInt8(ascii: "0") { isZero = false }
        }
        return first == UInt8(ascii: "-") && isZero ? -1 : behind
    }
}

internal import JobCore

/// Tells whether JSON text is canonical already, in one pass and without memory of its own.
///
/// Each method takes the index at which something begins and returns the index behind it, -1 when it is not canonical.
@safe struct CanonicalJSONCheck {
    private var scanner: JSONScanner

    /// Whether the whole text is canonical.
    static func passes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        var check = unsafe CanonicalJSONCheck(
            scanner: JSONScanner(
                base, end: bytes.count, readable: bytes.count, maxDepth: CanonicalJSON.maximumDepth))
        return check.value(0, depth: 0) == bytes.count
    }

    private mutating func value(_ at: Int, depth: Int) -> Int {
        guard at < scanner.end else { return -1 }
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
        return behind >= 0 && Self.isCanonical(scanner, start..<behind) ? behind : -1
    }

    /// Whether a valid number, `true`, `false` or `null` is canonical.
    @inline(__always)
    static func isCanonical(_ scanner: JSONScanner, _ text: Range<Int>) -> Bool {
        let first = unsafe scanner.bytes[text.lowerBound]
        // Words begin with letters.
        if first > UInt8(ascii: "9") { return true }
        if text.count > DecimalText.maximumDigits { return false }
        var isZero = true
        for index in text {
            let byte = unsafe scanner.bytes[index]
            if byte | 0x20 == UInt8(ascii: "e") { return false }
            if byte > UInt8(ascii: "0") { isZero = false }
        }
        return first != UInt8(ascii: "-") || !isZero
    }
}

internal import CSIMD

/// What is wrong with a piece of JSON text.
enum JSONFault: Sendable, Equatable {
    case none
    /// The text is well formed as far as it goes.
    case endsEarly
    case value, name, colon, commaOrBrace, commaOrBracket, digit
    case controlCharacter, escape, invalidUTF8
    case tooDeep
    case trailingText, array, fileEndsEarly

    /// The fault in words, for messages.
    var reason: String {
        switch self {
        case .none: "no fault"
        case .endsEarly: "the value ends early"
        case .value: "expected a value"
        case .name: "expected a member name in quotes"
        case .colon: "expected ':' after the member name"
        case .commaOrBrace: "expected ',' or '}' after the member"
        case .commaOrBracket: "expected ',' or ']' after the element"
        case .digit: "expected a digit"
        case .controlCharacter: "a control character in a string must be escaped"
        case .escape: "invalid escape in a string"
        case .invalidUTF8: "invalid UTF-8 in a string"
        case .tooDeep: "nested too deep"
        case .trailingText: "text after the end of the value"
        case .array: "expected '[', the start of an array of objects"
        case .fileEndsEarly: "the file ends inside the array"
        }
    }
}

/// Checks JSON values in memory without building them (RFC 8259) and without recursion.
///
/// Every method takes the index a token begins at and returns the index behind it, or -1 after setting the fault. A
/// scanner lives no longer than the memory it was made for.
@safe struct JSONScanner {
    /// Levels of arrays and objects the scanner can remember.
    static let depthCeiling = 128

    let bytes: UnsafePointer<UInt8>
    /// Where the text ends.
    let end: Int
    /// Where the memory ends that may be read; at least `end`.
    let readable: Int
    let maxDepth: Int
    private(set) var fault = JSONFault.none
    private(set) var faultAt = 0
    /// Whether the last string had an escape.
    private(set) var hasEscape = false

    init(_ bytes: UnsafePointer<UInt8>, end: Int, readable: Int, maxDepth: Int) {
        unsafe self.bytes = bytes
        self.end = end
        self.readable = readable
        self.maxDepth = min(maxDepth, Self.depthCeiling)
    }

    /// Sets the fault and returns -1.
    mutating func fail(_ fault: JSONFault, _ at: Int) -> Int {
        self.fault = at >= end ? .endsEarly : fault
        faultAt = min(at, end)
        return -1
    }

    /// Index of the first byte from `at` on that is not white space.
    @inline(__always)
    func skipSpace(_ at: Int) -> Int {
        var at = at
        while at < end {
            let byte = unsafe bytes[at]
            if byte > 0x20 { break }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            at &+= 1
        }
        return at
    }

    /// Passes a string; `at` is its opening quote.
    @inline(__always)
    mutating func string(_ open: Int) -> Int {
        var at = open &+ 1
        var high: UInt32 = 0
        hasEscape = false
        while true {
            if at &+ 16 <= readable {
                let mask = unsafe csimd_json_special16(bytes + at)
                let special = mask & 0xFFFF
                if special == 0 {
                    high |= mask
                    at &+= 16
                    if at >= end { return fail(.endsEarly, end) }
                    continue
                }
                let step = special.trailingZeroBitCount
                high |= (mask >> 16) & ((1 << UInt32(truncatingIfNeeded: step)) &- 1)
                at &+= step
                if at >= end { return fail(.endsEarly, end) }
            } else {
                while at < end {
                    let byte = unsafe bytes[at]
                    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
                    high |= UInt32(byte & 0x80)
                    at &+= 1
                }
                if at == end { return fail(.endsEarly, end) }
            }
            let byte = unsafe bytes[at]
            if byte == UInt8(ascii: "\"") {
                if high != 0 {
                    let place = unsafe UTF8Text.firstInvalid(bytes, from: open &+ 1, to: at)
                    if place != at { return fail(.invalidUTF8, place) }
                }
                return at &+ 1
            }
            guard byte == UInt8(ascii: "\\") else { return fail(.controlCharacter, at) }
            hasEscape = true
            at = escape(at)
            if at < 0 { return -1 }
        }
    }

    private mutating func escape(_ at: Int) -> Int {
        if at &+ 1 < end {
            switch unsafe bytes[at &+ 1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "n"), UInt8(ascii: "t"),
                UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"):
                return at &+ 2
            default: break
            }
        }
        if let decoded = unsafe JSONEscape.decode(bytes, at: at, end: end) { return at &+ decoded.length }
        return unsafe JSONEscape.isCut(bytes, at: at, end: end) ? fail(.endsEarly, end) : fail(.escape, at)
    }

    /// Passes a number, `true`, `false` or `null`.
    @inline(__always)
    mutating func scalar(_ start: Int) -> Int {
        var at = start
        guard at < end else { return fail(.endsEarly, at) }
        var byte = unsafe bytes[at]
        if byte > UInt8(ascii: "9") { return word(at) }
        if byte == UInt8(ascii: "-") {
            at &+= 1
            guard at < end else { return fail(.endsEarly, at) }
            byte = unsafe bytes[at]
            guard isDigit(byte) else { return fail(.digit, at) }
        }
        guard isDigit(byte) else { return fail(.value, at) }
        at = byte == UInt8(ascii: "0") ? at &+ 1 : skipDigits(at)
        if unsafe at < end && bytes[at] == UInt8(ascii: ".") {
            at &+= 1
            guard unsafe at < end && isDigit(bytes[at]) else { return fail(.digit, at) }
            at = skipDigits(at)
        }
        if unsafe at < end && bytes[at] | 0x20 == UInt8(ascii: "e") {
            at &+= 1
            if unsafe at < end && (bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-")) { at &+= 1 }
            guard unsafe at < end && isDigit(bytes[at]) else { return fail(.digit, at) }
            at = skipDigits(at)
        }
        return at
    }

    private mutating func word(_ start: Int) -> Int {
        let word: StaticString
        switch unsafe bytes[start] {
        case UInt8(ascii: "t"): word = "true"
        case UInt8(ascii: "f"): word = "false"
        case UInt8(ascii: "n"): word = "null"
        default: return fail(.value, start)
        }
        for index in 0..<word.utf8CodeUnitCount {
            guard start &+ index < end else { return fail(.endsEarly, end) }
            guard unsafe bytes[start &+ index] == word.utf8Start[index] else { return fail(.value, start) }
        }
        return start &+ word.utf8CodeUnitCount
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    private func skipDigits(_ start: Int) -> Int {
        var at = start
        while unsafe at < end && isDigit(bytes[at]) { at &+= 1 }
        return at
    }

    /// Passes a member name and the colon behind it; `at` is where the name is expected.
    @inline(__always)
    mutating func name(_ at: Int) -> Int {
        guard unsafe at < end && bytes[at] == UInt8(ascii: "\"") else { return fail(.name, at) }
        let behind = string(at)
        if behind < 0 { return -1 }
        let colon = skipSpace(behind)
        guard unsafe colon < end && bytes[colon] == UInt8(ascii: ":") else { return fail(.colon, colon) }
        return skipSpace(colon &+ 1)
    }

    /// Passes a value of any kind; `outer` levels of nesting are around it already.
    mutating func value(_ start: Int, outer: Int = 0) -> Int {
        // One bit a level, the innermost lowest: 1 for an object, 0 for an array.
        var stack: UInt128 = 0
        var depth = 0
        var at = start
        while true {
            guard at < end else { return fail(.endsEarly, at) }
            let byte = unsafe bytes[at]
            if byte == UInt8(ascii: "\"") {
                at = string(at)
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard outer &+ depth < maxDepth else { return fail(.tooDeep, at) }
                let isObject = byte == UInt8(ascii: "{")
                at = skipSpace(at &+ 1)
                guard at < end else { return fail(.endsEarly, at) }
                // The closing brackets are two behind the opening ones.
                if unsafe bytes[at] == byte &+ 2 {
                    at &+= 1
                } else {
                    depth &+= 1
                    stack = stack << 1 | (isObject ? 1 : 0)
                    if isObject { at = name(at) }
                    if at < 0 { return -1 }
                    continue
                }
            } else {
                at = scalar(at)
            }
            if at < 0 { return -1 }
            // Behind a value: close what ends here, or go on to the next one.
            while true {
                if depth == 0 { return at }
                at = skipSpace(at)
                guard at < end else { return fail(.endsEarly, at) }
                let byte = unsafe bytes[at]
                let isObject = stack & 1 == 1
                if byte == UInt8(ascii: ",") {
                    at = skipSpace(at &+ 1)
                    if isObject { at = name(at) }
                    if at < 0 { return -1 }
                    break
                }
                guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    return fail(isObject ? .commaOrBrace : .commaOrBracket, at)
                }
                depth &-= 1
                stack >>= 1
                at &+= 1
            }
        }
    }
}

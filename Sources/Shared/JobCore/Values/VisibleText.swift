/// What of a text a reader can see: white space at its ends, and characters that show nothing.
package enum VisibleText {
    /// The text without white space of Unicode at both ends.
    package static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = text.count
        while start < end {
            let length = unsafe spaceLength(text, at: start)
            if length == 0 { break }
            start += length
        }
        while end > start {
            let length = unsafe spaceLength(text, before: end, from: start)
            if length == 0 { break }
            end -= length
        }
        return unsafe UnsafeBufferPointer(rebasing: text[start..<end])
    }

    /// Whether everything is ASCII that can be seen, or a space: most keys are.
    @inline(__always)
    package static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in text.indices where unsafe text[index] &- 0x20 >= 0x5F { return false }
        return true
    }

    /// Whether there are characters that show nothing: controls, joiners, marks of direction and order, soft hyphens.
    package static func hasInvisible(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe has(text) { isInvisible($0) }
    }

    /// Whether there is white space, or something that shows nothing.
    package static func hasBlankOrInvisible(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe has(text) { isInvisible($0) || $0.properties.isWhitespace }
    }

    /// Whether there is nothing to see.
    package static func isBlank(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe !has(text) { !isInvisible($0) && !$0.properties.isWhitespace }
    }

    /// Whether a character shows nothing and is no space.
    package static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        switch scalar.value {
        case 0x7F...0x9F, 0x2028, 0x2029, 0xFFF9...0xFFFB: return true
        default: return scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func has(_ text: UnsafeBufferPointer<UInt8>, _ isWanted: (Unicode.Scalar) -> Bool) -> Bool {
        var decoder = UTF8()
        var bytes = unsafe text.makeIterator()
        while true {
            switch unsafe decoder.decode(&bytes) {
            case .scalarValue(let scalar): if isWanted(scalar) { return true }
            case .emptyInput: return false
            case .error: if isWanted("\u{FFFD}") { return true }
            }
        }
    }

    /// Bytes of the white space that begins at `index`; 0 when there is none.
    @inline(__always)
    private static func spaceLength(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let first = unsafe text[index]
        if first < 0x80 { return first == 0x20 || first &- 0x09 < 5 ? 1 : 0 }
        if first == 0xC2 {
            return unsafe index + 1 < text.count && (text[index + 1] == 0xA0 || text[index + 1] == 0x85) ? 2 : 0
        }
        guard first >= 0xE1, first <= 0xE3, index + 2 < text.count else { return 0 }
        return unsafe isWideSpace(first, text[index + 1], text[index + 2]) ? 3 : 0
    }

    /// Bytes of the white space that ends before `end`.
    @inline(__always)
    private static func spaceLength(_ text: UnsafeBufferPointer<UInt8>, before end: Int, from start: Int) -> Int {
        let last = unsafe text[end - 1]
        if last < 0x80 { return last == 0x20 || last &- 0x09 < 5 ? 1 : 0 }
        for length in 2...3 where end - length >= start {
            let found = unsafe spaceLength(text, at: end - length)
            if found == length { return length }
        }
        return 0
    }

    /// U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F and U+3000.
    private static func isWideSpace(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second) {
        case (0xE1, 0x9A): third == 0x80
        case (0xE2, 0x80): third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF
        case (0xE2, 0x81): third == 0x9F
        case (0xE3, 0x80): third == 0x80
        default: false
        }
    }
}

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
        // Eight bytes at a time, the last eight once more where some are left over.
        guard text.count >= 8 else { return unsafe text.allSatisfy { $0 &- 0x20 < 0x5F } }
        let raw = UnsafeRawBufferPointer(text)
        var others: UInt64 = 0
        var index = 0
        while index &+ 8 <= raw.count {
            others |= otherBytes(unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        others |= otherBytes(unsafe raw.loadUnaligned(fromByteOffset: raw.count &- 8, as: UInt64.self))
        return others == 0
    }

    /// Of eight bytes those outside 0x20 to 0x7E, as their highest bits.
    @inline(__always)
    private static func otherBytes(_ word: UInt64) -> UInt64 {
        let top: UInt64 = 0x8080_8080_8080_8080
        let isDelete = (word & ~top) &+ 0x0101_0101_0101_0101
        let isNoControl = (word | top) &- 0x2020_2020_2020_2020
        return (word | isDelete | ~isNoControl) & top
    }

    /// Whether there are characters that show nothing: controls, joiners, marks of direction and order, soft hyphens.
    package static func hasInvisible(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe has(text, ascii: { $0 < 0x20 || $0 == 0x7F }, wide: isInvisible)
    }

    /// Whether there is white space, or something that shows nothing.
    package static func hasBlankOrInvisible(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe has(text, ascii: { $0 <= 0x20 || $0 == 0x7F }, wide: { isInvisible($0) || isWhitespace($0) })
    }

    /// Whether there is nothing to see.
    package static func isBlank(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe !has(text, ascii: { $0 > 0x20 && $0 != 0x7F }, wide: { !isInvisible($0) && !isWhitespace($0) })
    }

    /// Whether a character shows nothing and is no space.
    ///
    /// Its property `Default_Ignorable_Code_Point` is looked up only where some character has it: a lookup takes longer
    /// than all else that is done for a character.
    package static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 0x7F { return value < 0x20 }
        switch value {
        case 0x7F...0x9F, 0xAD, 0x2028, 0x2029, 0xFFF9...0xFFFB: return true
        case 0xA0...0x34E, 0x3165...0xFDFF: return false
        default: return scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Whether a character is white space (the property `White_Space` of Unicode).
    package static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Whether a character is one of those that are looked for; what is no UTF-8 counts as U+FFFD.
    @inline(__always)
    private static func has(
        _ text: UnsafeBufferPointer<UInt8>, ascii: (UInt8) -> Bool, wide: (Unicode.Scalar) -> Bool
    ) -> Bool {
        var index = 0
        while index < text.count {
            let byte = unsafe text[index]
            if byte < 0x80 {
                if ascii(byte) { return true }
                index += 1
                continue
            }
            var rest = unsafe text[index...].makeIterator()
            var decoder = UTF8()
            guard case .scalarValue(let scalar) = unsafe decoder.decode(&rest) else {
                if wide("\u{FFFD}") { return true }
                index += 1
                continue
            }
            if wide(scalar) { return true }
            index += UTF8.width(scalar)
        }
        return false
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
        case (0xE2, 0x80): 0x80...0x8A ~= third || third == 0xA8 || third == 0xA9 || third == 0xAF
        case (0xE2, 0x81): third == 0x9F
        case (0xE3, 0x80): third == 0x80
        default: false
        }
    }
}

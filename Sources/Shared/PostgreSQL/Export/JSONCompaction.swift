/// The text of a jsonb value without the spaces that the server puts behind commas and colons.
///
/// Eight bytes at a time: where quotes are, how many came before each byte, hence which spaces stand outside strings.
struct JSONCompaction {
    /// One in every byte.
    static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let low7: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

    private var isInString = false
    private var isEscaped = false
    private var out = 0

    /// Writes the text behind the first byte, the version of the form; returns its length.
    ///
    /// The target has room for as many bytes as come.
    @inline(__always)
    static func write(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var state = JSONCompaction()
        var index = 1
        // What a word stores may reach 15 bytes too far.
        while index + 16 <= bytes.count {
            let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            if state.isEscaped || equal(word, UInt8(ascii: "\\")) != 0 {
                unsafe state.copy(bytes, index..<index + 8, to: target)
            } else {
                unsafe state.copy(word, to: target)
            }
            index += 8
        }
        unsafe state.copy(bytes, index..<max(index, bytes.count), to: target)
        return state.out
    }

    /// One in each byte that is the given one.
    @inline(__always)
    private static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (UInt64(byte) &* ones)
        return ~((difference & low7) &+ low7 | difference) >> 7 & ones
    }

    /// Copies eight bytes without escapes.
    @inline(__always)
    private mutating func copy(_ word: UInt64, to target: UnsafeMutablePointer<UInt8>) {
        // The multiplication adds up the quotes so far in each byte.
        let quotes = Self.equal(word, UInt8(ascii: "\"")) &* Self.ones
        let inString = (isInString ? ~quotes : quotes) & Self.ones
        isInString = inString >> 56 != 0
        var spaces = Self.equal(word, UInt8(ascii: " ")) & ~inString
        var rest = word
        var left = 8
        while spaces != 0 {
            let before = spaces.trailingZeroBitCount >> 3
            unsafe store(rest, to: target)
            out += before
            left -= before + 1
            // In two steps: a space may be the last byte.
            rest = (rest >> UInt64(before << 3)) >> 8
            spaces = (spaces >> UInt64(before << 3)) >> 8
        }
        unsafe store(rest, to: target)
        out += left
    }

    @inline(__always)
    private func store(_ word: UInt64, to target: UnsafeMutablePointer<UInt8>) {
        unsafe UnsafeMutableRawPointer(target).storeBytes(of: word.littleEndian, toByteOffset: out, as: UInt64.self)
    }

    /// Copies bytes one by one.
    @inline(__always)
    private mutating func copy(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, to target: UnsafeMutablePointer<UInt8>
    ) {
        for index in range {
            let byte = unsafe bytes[index]
            if byte == UInt8(ascii: " ") && !isInString { continue }
            unsafe target[out] = byte
            out += 1
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            }
        }
    }
}

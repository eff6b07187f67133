internal import CSIMD

/// Well-formedness of UTF-8 (Unicode 16, table 3-7), with the place of the first fault.
enum UTF8Text {
    /// Index of the first byte in `start..<end` that does not begin a well-formed sequence; `end` when there is none.
    static func firstInvalid(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var at = start
        while at < end {
            while unsafe at &+ 64 <= end && csimd_any_high64(bytes + at) == 0 { at &+= 64 }
            // Leave the block that is not ASCII sequence by sequence; short texts come here directly.
            let stop = min(at &+ 64, end)
            while at < stop {
                if unsafe bytes[at] < 0x80 {
                    at &+= 1
                } else {
                    let length = unsafe sequenceLength(bytes, at: at, end: end)
                    if length == 0 { return at }
                    at &+= length
                }
            }
        }
        return end
    }

    /// Length of the well-formed sequence that begins with the non-ASCII byte at `at`; zero when it is malformed.
    static func sequenceLength(_ bytes: UnsafePointer<UInt8>, at: Int, end: Int) -> Int {
        let lead = unsafe bytes[at]
        let left = end &- at
        switch lead {
        case 0xC2...0xDF:
            return unsafe left >= 2 && isTrail(bytes[at + 1]) ? 2 : 0
        case 0xE0...0xEF:
            guard unsafe left >= 3 && isTrail(bytes[at + 1]) && isTrail(bytes[at + 2]) else { return 0 }
            let second = unsafe bytes[at + 1]
            // Overlong forms and surrogates.
            return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3
        case 0xF0...0xF4:
            guard unsafe left >= 4 && isTrail(bytes[at + 1]) && isTrail(bytes[at + 2]) && isTrail(bytes[at + 3])
            else { return 0 }
            let second = unsafe bytes[at + 1]
            // Overlong forms and what lies beyond U+10FFFF.
            return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? 0 : 4
        default: return 0
        }
    }

    /// Whether there is a zero byte in `start..<end`.
    static func hasNUL(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
        var at = start
        while at &+ 64 <= end {
            if unsafe csimd_equal64(bytes + at, 0) != 0 { return true }
            at &+= 64
        }
        while at < end {
            if unsafe bytes[at] == 0 { return true }
            at &+= 1
        }
        return false
    }

    /// Index of the first malformed byte of an array, `nil` when all is well.
    static func firstInvalid(in bytes: [UInt8]) -> Int? {
        let found = unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return unsafe firstInvalid(base, from: 0, to: buffer.count)
        }
        return found == bytes.count ? nil : found
    }

    private static func isTrail(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

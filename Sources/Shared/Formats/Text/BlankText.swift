/// Text of nothing but white space, as Unicode has it.
enum BlankText {
    /// Whether `start..<end` holds white space only, or nothing.
    static func isBlank(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
        var at = start
        while at < end {
            let length = unsafe spaceLength(bytes, at: at, end: end)
            if length == 0 { return false }
            at &+= length
        }
        return true
    }

    /// Whether the bytes from `start` on are white space only, or nothing.
    static func isBlank(_ bytes: [UInt8], from start: Int, to end: Int) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            return unsafe isBlank(base, from: start, to: min(end, buffer.count))
        }
    }

    /// Bytes of the white space character that begins there; zero when there is none.
    @inline(__always)
    private static func spaceLength(_ bytes: UnsafePointer<UInt8>, at: Int, end: Int) -> Int {
        let lead = unsafe bytes[at]
        if lead == 0x20 || 0x09...0x0D ~= lead { return 1 }
        if lead == 0xC2 && at &+ 1 < end {
            // U+0085, U+00A0
            let second = unsafe bytes[at &+ 1]
            return second == 0x85 || second == 0xA0 ? 2 : 0
        }
        guard 0xE1...0xE3 ~= lead && at &+ 2 < end else { return 0 }
        let second = unsafe bytes[at &+ 1]
        let third = unsafe bytes[at &+ 2]
        let isSpace =
            switch (lead, second) {
            case (0xE1, 0x9A): third == 0x80
            // U+2000 to U+200A, U+2028, U+2029, U+202F
            case (0xE2, 0x80): 0x80...0x8A ~= third || third == 0xA8 || third == 0xA9 || third == 0xAF
            case (0xE2, 0x81): third == 0x9F
            case (0xE3, 0x80): third == 0x80
            default: false
            }
        return isSpace ? 3 : 0
    }
}

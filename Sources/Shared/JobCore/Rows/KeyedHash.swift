/// SipHash-1-3 of 64-bit words under a key that this process has drawn: whoever makes the keys of a file cannot aim at
/// collisions.
///
/// See https://www.aumasson.jp/siphash/siphash.pdf.
struct KeyedHash {
    private static let key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    init(_ key: (UInt64, UInt64) = Self.key) {
        v0 = key.0 ^ 0x736F_6D65_7073_6575
        v1 = key.1 ^ 0x646F_7261_6E64_6F6D
        v2 = key.0 ^ 0x6C79_6765_6E65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func add(_ word: UInt64) {
        v3 ^= word
        round()
        v0 ^= word
    }

    /// Adds the bytes of a text, its length with them.
    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        let raw = UnsafeRawBufferPointer(text)
        var at = 0
        while at + 8 <= raw.count {
            unsafe add(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at += 8
        }
        var last = UInt64(truncatingIfNeeded: raw.count) << 56
        var shift: UInt64 = 0
        while at < raw.count {
            last |= unsafe UInt64(raw[at]) << shift
            shift += 8
            at += 1
        }
        add(last)
    }

    /// The same, capital letters of ASCII as small ones.
    mutating func addWithoutCase(_ text: UnsafeBufferPointer<UInt8>) {
        var word: UInt64 = 0
        for index in text.indices {
            word = unsafe word << 8 | UInt64(ASCII.lower(text[index]))
            if index & 7 == 7 {
                add(word)
                word = 0
            }
        }
        add(word ^ UInt64(truncatingIfNeeded: text.count) << 56)
    }

    @inline(__always)
    consuming func finish() -> UInt64 {
        v2 ^= 0xFF
        round()
        round()
        round()
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}

/// Letters of ASCII.
enum ASCII {
    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}

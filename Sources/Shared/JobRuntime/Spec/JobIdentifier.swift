import JobCore

/// Fresh ids that sort by time: 48 bits of milliseconds, 80 random bits, Crockford base 32 (the ULID layout).
package enum JobIdentifier {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new job id, 26 characters.
    package static func fresh() -> String {
        let milliseconds = UInt64(clamping: WallClock.now().microseconds / 1000)
        return encode(milliseconds, characters: 10) + random(16)
    }

    /// Random characters, five bits each.
    package static func random(_ characters: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<characters).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func encode(_ value: UInt64, characters: Int) -> String {
        let bytes = (0..<characters).map { alphabet[Int(value >> (5 * UInt64(characters - 1 - $0)) & 31)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

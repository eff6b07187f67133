/// A SHA-256 digest (FIPS 180-4), 32 bytes.
package struct SHA256Digest: Sendable, Hashable {
    /// The digest, always 32 bytes.
    package let bytes: [UInt8]

    /// The digest as 64 lower-case hexadecimal digits.
    package var hex: String { Hexadecimal.text(bytes) }

    /// The digest of all the bytes at once.
    package static func of(_ bytes: [UInt8]) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    /// The digest of the UTF-8 bytes of a text.
    package static func of(_ text: String) -> SHA256Digest { of(Array(text.utf8)) }
}

/// JSON text inside other data.
package enum JSONText {
    /// Levels of nesting that a value in a row may have.
    private static let maximumDepth = 64

    /// Whether the bytes are one JSON value (RFC 8259), white space around it allowed.
    package static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        var scanner = unsafe JSONScanner(base, end: bytes.count, readable: bytes.count, maxDepth: maximumDepth)
        let behind = scanner.value(scanner.skipSpace(0))
        return behind >= 0 && scanner.skipSpace(behind) == bytes.count
    }
}

/// Where the text of a file begins.
enum TextStart {
    /// Stands in front of each record of a JSON text sequence (RFC 7464).
    static let recordSeparator: UInt8 = 0x1E

    /// Where it begins: behind a byte order mark.
    static func offset(in sample: [UInt8]) -> Int { sample.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// The first byte that is neither blank nor a record separator.
    static func firstByte(in sample: [UInt8]) -> UInt8? {
        sample[offset(in: sample)...].first { !isSpace($0) && $0 != recordSeparator }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}

/// How a file is compressed.
package enum CompressionKind: String, Sendable, CaseIterable {
    case none, gzip, zstd

    /// The kind by the magic number at the start of a file; four bytes are enough.
    ///
    /// gzip: RFC 1952 section 2.3.1. zstd: RFC 8878 sections 3.1.1 and 3.1.2, skippable frames included.
    package static func detect(_ prefix: [UInt8]) -> CompressionKind {
        if prefix.starts(with: [0x1F, 0x8B]) { return .gzip }
        if prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        if let first = prefix.first, first & 0xF0 == 0x50, prefix.dropFirst().starts(with: [0x2A, 0x4D, 0x18]) {
            return .zstd
        }
        return .none
    }

    /// What file names end with, the dot included.
    package var fileSuffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }
}

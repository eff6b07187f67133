/// How a source that somebody sends is packed.
package enum SourceCompression: String, Sendable, CaseIterable {
    case none, gzip, zstd, zip

    /// What the project writes can also be read.
    package init(_ kind: CompressionKind) {
        switch kind {
        case .none: self = .none
        case .gzip: self = .gzip
        case .zstd: self = .zstd
        }
    }

    /// The kind by the magic number at the start of a file; four bytes are enough.
    ///
    /// gzip: RFC 1952 section 2.3.1. zstd: RFC 8878 sections 3.1.1 and 3.1.2, skippable frames included. ZIP:
    /// APPNOTE.TXT 6.3.10 sections 4.3.7, 4.3.16 and 8.5.3, an archive without files and one of several volumes included.
    package static func detect(_ prefix: [UInt8]) -> SourceCompression {
        if prefix.starts(with: [0x1F, 0x8B]) { return .gzip }
        if prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        if let first = prefix.first, first & 0xF0 == 0x50, prefix.dropFirst().starts(with: [0x2A, 0x4D, 0x18]) {
            return .zstd
        }
        for end in [[3, 4], [5, 6], [7, 8]] as [[UInt8]] where prefix.starts(with: [0x50, 0x4B] + end) { return .zip }
        return .none
    }
}

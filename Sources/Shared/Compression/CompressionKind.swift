/// How a file that is written is compressed.
package enum CompressionKind: String, Sendable, CaseIterable {
    case none, gzip, zstd

    /// What file names end with, the dot included.
    package var fileSuffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }
}

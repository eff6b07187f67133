/// How much may come out of a compressed source.
package struct DecompressionLimits: Sendable, Equatable {
    /// Output up to this size may have any ratio: short files of repeated text are no bombs.
    static let bytesOfAnyRatio = 1 << 20

    /// The most bytes one call gives.
    package var chunkBytes = 1 << 20
    /// The most bytes of the whole source.
    package var maxBytes = 1 << 42
    /// The most decompressed bytes for each compressed one, looked at from 1 MiB of output on; `nil` for any.
    package var maxRatio: Int? = 200

    /// Limits for files of any size from people who are not trusted.
    package init(chunkBytes: Int = 1 << 20, maxBytes: Int = 1 << 42, maxRatio: Int? = 200) {
        precondition(chunkBytes > 0, "a chunk has at least one byte")
        self.chunkBytes = chunkBytes
        self.maxBytes = maxBytes
        self.maxRatio = maxRatio
    }
}

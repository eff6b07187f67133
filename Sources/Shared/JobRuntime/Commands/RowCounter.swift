internal import Compression
internal import Formats
internal import JobCore
internal import Signing

/// Counts rows, bytes and the digest of a stored file in one pass.
///
/// Used by one task.
final class RowCounter {
    private var hasher = SHA256Hasher()
    private var decompressor: Decompressor
    private var counter: any RowCounting
    private var plain: [UInt8] = []
    private var bytes = 0

    /// `counter` takes the file as it is before compression.
    init(_ counter: any RowCounting, compression: CompressionKind) throws(JobError) {
        self.counter = counter
        // Our own result may be as compressible as the rows are.
        decompressor = try Decompressor(
            SourceCompression(compression), limits: DecompressionLimits(maxRatio: nil))
    }

    /// Takes the next bytes of the stored file.
    func consume(_ chunk: [UInt8]) throws(JobError) {
        hasher.update(chunk)
        bytes += chunk.count
        var position = 0
        while position < chunk.count || decompressor.hasPending {
            position = try decompressor.decompress(chunk, from: position, into: &plain)
            try counter.consume(plain)
        }
    }

    /// The totals.
    ///
    /// Throws when the file ends in the middle of something.
    func finish() throws(JobError) -> (rows: Int, bytes: Int, sha256: String) {
        try decompressor.finish()
        return (try counter.finish(), bytes, hasher.finish().hex)
    }
}

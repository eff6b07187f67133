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
    private var reader: SourceReader
    private var batch = SourceBatch()
    private var plain: [UInt8] = []
    private var rows = 0
    private var bytes = 0

    init(format: SourceFormat, hasHeader: Bool, delimiter: UInt8?, compression: CompressionKind) throws(JobError) {
        // Our own result may be as compressible as the rows are.
        decompressor = try Decompressor(
            SourceCompression(compression), limits: DecompressionLimits(maxRatio: nil))
        switch format {
        case .csv:
            var options = CSVReaderOptions()
            options.hasHeader = hasHeader
            options.delimiter = delimiter ?? UInt8(ascii: ",")
            reader = .csv(CSVReader(options: options))
        case .json: reader = .json(JSONRowReader(layout: .array))
        case .jsonl: reader = .json(JSONRowReader(layout: .lines))
        }
    }

    /// Takes the next bytes of the stored file.
    func consume(_ chunk: [UInt8]) throws(JobError) {
        hasher.update(chunk)
        bytes += chunk.count
        var position = 0
        while position < chunk.count || decompressor.hasPending {
            position = try decompressor.decompress(chunk, from: position, into: &plain)
            var parsed = 0
            while parsed < plain.count {
                parsed = try reader.read(plain, from: parsed, into: &batch)
                if parsed < plain.count { take() }
            }
        }
    }

    /// The totals.
    ///
    /// Throws when the file ends in the middle of something.
    func finish() throws(JobError) -> (rows: Int, bytes: Int, sha256: String) {
        try decompressor.finish()
        repeat {
            do throws(JobError) {
                try reader.finish(into: &batch)
            } catch {
                // A file without header and rows is what an empty result without header looks like.
                if error.code == .sourceEmpty && bytes == 0 { break }
                throw error
            }
        } while take() > 0
        return (rows, bytes, hasher.finish().hex)
    }

    @discardableResult
    private func take() -> Int {
        let count = batch.rows.rowCount + batch.defects.count
        rows += count
        batch.removeAll()
        return count
    }
}

package import JobCore

/// Counts the rows of a file, and finds out whether it is whole.
///
/// Used by one task.
package protocol RowCounting {
    /// Takes the next bytes of the file, decompressed; throws when they cannot be of such a file.
    mutating func consume(_ bytes: [UInt8]) throws(JobError)
    /// The rows; throws when the file ends in the middle of something.
    mutating func finish() throws(JobError) -> Int
}

/// Counts by reading the rows.
struct ReaderCounter: RowCounting {
    private var reader: any SourceReader
    private var batch = SourceBatch()
    private var rows = 0
    private var isEmpty = true

    init(_ reader: any SourceReader) { self.reader = reader }

    mutating func consume(_ bytes: [UInt8]) throws(JobError) {
        if !bytes.isEmpty { isEmpty = false }
        var position = 0
        while position < bytes.count {
            position = try reader.read(bytes, from: position, into: &batch)
            if position < bytes.count { take() }
        }
    }

    mutating func finish() throws(JobError) -> Int {
        repeat {
            do throws(JobError) {
                try reader.finish(into: &batch)
            } catch {
                // A file without header and rows is what an empty result without header looks like.
                if error.code == .sourceEmpty && isEmpty { break }
                throw error
            }
        } while take() > 0
        return rows
    }

    @discardableResult
    private mutating func take() -> Int {
        let count = batch.rows.rowCount + batch.defects.count
        rows += count
        batch.removeAll()
        return count
    }
}

import Formats
import JobCore
import TestSupport
import Testing

extension CSVReaderOptions {
    /// Nothing is found out from the beginning of the file.
    static func exact(
        delimiter: UInt8, quote: UInt8 = 0x22, hasHeader: Bool = true, limits: ReaderLimits = ReaderLimits(),
        batchBytes: Int = 1 << 20
    ) -> CSVReaderOptions {
        CSVReaderOptions(
            delimiter: delimiter, quote: quote, escape: .quote, skipLines: 0, recognisesBlanks: false,
            hasHeader: hasHeader, limits: limits, batchBytes: batchBytes)
    }
}

/// Feeds a file to a reader in pieces and collects rows and defects in their order.
///
/// Checks on the way what holds for every batch.
func readAll(
    _ reader: some SourceReader, _ bytes: [UInt8], pieces: Int, padding: Int = 0
) -> (result: ReadResult, error: JobError?) {
    var reader = reader
    var result = ReadResult()
    var failure: JobError?
    var batch = SourceBatch()

    func collect() {
        let rows = batch.rows
        #expect(batch.columns.count == rows.columnCount)
        #expect(batch.lines.count == rows.rowCount)
        #expect(batch.offsets.count == rows.rowCount)
        #expect(rows.ends.count == rows.rowCount * rows.columnCount)
        var defects = batch.defects[...]
        for row in 0...rows.rowCount {
            while let defect = defects.first, defect.rowsBefore == row {
                result.rows.append(
                    ReadRow(
                        fields: defect.fields, line: defect.line, offset: defect.byteOffset, defect: defect.code))
                defects.removeFirst()
            }
            guard row < rows.rowCount else { break }
            let fields = (0..<rows.columnCount).map { column in
                rows.text(row: row, column: column).map { rows.isString(row: row, column: column) ? "s:\($0)" : $0 }
            }
            result.rows.append(ReadRow(fields: fields, line: batch.lines[row], offset: batch.offsets[row]))
        }
        #expect(defects.isEmpty)
        batch.removeAll()
    }

    do throws(JobError) {
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            // Bytes before the position must not be read again.
            let piece = [UInt8](repeating: 0x22, count: padding) + bytes[start..<end]
            var position = padding
            while true {
                let before = position
                position = try reader.read(piece, from: position, into: &batch)
                if position == piece.count { break }
                if position == before && batch.lines.isEmpty && batch.defects.isEmpty {
                    Issue.record("the reader makes no progress")
                    return (result, nil)
                }
                collect()
            }
            start = end
        }
        while true {
            collect()
            try reader.finish(into: &batch)
            if batch.lines.isEmpty && batch.defects.isEmpty { break }
        }
    } catch {
        collect()
        failure = error
        result.error = error.code.rawValue
    }
    result.columns = reader.columns
    return (result, failure)
}

/// Text made of the pieces of an alphabet.
func randomBytes(_ random: inout SeededRandom, alphabet: [[UInt8]], maxPieces: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...maxPieces, using: &random) {
        bytes += alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
    }
    return bytes
}

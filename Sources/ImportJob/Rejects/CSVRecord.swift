internal import Formats
internal import JobCore

/// One CSV record as text, for the few rows of a rejects file.
enum CSVRecord {
    /// The fields separated by commas, quoted where needed; null is empty, empty text is `""`.
    ///
    /// Whoever opens the file looks at what somebody else has written: what could be a formula gets its apostrophes.
    static func encode(_ fields: [String?]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(fields.reduce(64) { $0 + ($1?.utf8.count ?? 0) + 3 })
        for (index, field) in fields.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            guard var field else { continue }
            field.withUTF8 { unsafe append($0, to: &output) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Fields of one row of a batch.
    ///
    /// Copied once: a row may have 64 MiB.
    static func encode(_ batch: RowBatch, row: Int, columns: [Int]) -> String {
        var output: [UInt8] = []
        batch.withCells { cells in
            output.reserveCapacity(columns.reduce(64) { $0 + cells[row, $1].count + 3 })
            for (index, column) in columns.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                let cell = cells[row, column]
                if !cell.isNull { unsafe append(cells.text(cell), to: &output) }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ field: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let needsQuotes =
            unsafe field.isEmpty || field.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            || field.first == 0x20 || field.last == 0x20
        if needsQuotes { output.append(UInt8(ascii: "\"")) }
        let start = output.count
        unsafe FormulaText.append(guarded: field, delimiter: UInt8(ascii: ","), to: &output)
        let quotes = unsafe field.count { $0 == UInt8(ascii: "\"") }
        if quotes > 0 { doubleQuotes(quotes, from: start, in: &output) }
        if needsQuotes { output.append(UInt8(ascii: "\"")) }
    }

    /// Doubles the quotes from `start` on, the last one first.
    private static func doubleQuotes(_ count: Int, from start: Int, in output: inout [UInt8]) {
        var read = output.count
        output.append(contentsOf: repeatElement(0, count: count))
        var write = output.count
        while read > start, write > read {
            read -= 1
            write -= 1
            output[write] = output[read]
            if output[read] == UInt8(ascii: "\"") {
                write -= 1
                output[write] = UInt8(ascii: "\"")
            }
        }
    }
}

internal import JobCore

/// The header as it stands in the file.
struct CSVHeader: Sendable {
    let bytes: [UInt8]
    /// Where its fields end.
    let ends: [UInt32]

    /// Whether the last record of a sink, which begins there, is the header again, perhaps behind a byte order mark.
    func equals(_ sink: CSVScanner.Sink, bytes start: Int, fields first: Int, quote: UInt8) -> Bool {
        guard sink.ends.count - first == ends.count else { return false }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var from = start
        var ownFrom = 0
        for (index, end) in ends.enumerated() {
            let to = Int(sink.ends[first + index] & RowBatch.offsetMask)
            var field = sink.bytes[from..<to]
            let name = bytes[ownFrom..<Int(end)]
            if index == 0 && field.starts(with: mark) && !name.starts(with: mark) {
                field = field.dropFirst(mark.count)
                // Behind the mark, quotes are no longer at the beginning of their field.
                if field.count >= 2 && field.first == quote && field.last == quote {
                    field = field.dropFirst().dropLast()
                }
            }
            guard field == name else { return false }
            from = to
            ownFrom = Int(end)
        }
        return true
    }
}

extension CSVReader {
    /// What a complete record that needed a closer look is.
    enum Verdict {
        case row
        /// To be forgotten: a header, a defect, a row of blanks.
        case nothing
        /// No row, from its first line on.
        case broken
    }

    /// Decides what becomes of a complete row that is not as expected.
    mutating func settle(
        _ rows: inout CSVScanner.Sink, _ scanner: inout CSVScanner, _ batch: inout SourceBatch, _ extent: RecordExtent,
        _ input: [UInt8]
    ) throws(JobError) -> Verdict {
        guard isCut else { return try judge(&rows, &scanner, &batch, extent, input) }
        var sink = CSVScanner.Sink()
        swap(&sink, &cut)
        defer { swap(&sink, &cut) }
        return try judge(&sink, &scanner, &batch, extent, input)
    }

    private mutating func judge(
        _ sink: inout CSVScanner.Sink, _ scanner: inout CSVScanner, _ batch: inout SourceBatch, _ extent: RecordExtent,
        _ input: [UInt8]
    ) throws(JobError) -> Verdict {
        let first = scanner.recordFields
        let start = scanner.recordBytes
        if BlankText.isBlank(sink.bytes, from: start, to: sink.bytes.count) { return .nothing }
        if columns.isEmpty {
            do throws(JobError) {
                try begin(sink, &scanner, &batch)
            } catch {
                sink.bytes.removeLast(sink.bytes.count - start)
                sink.ends.removeLast(sink.ends.count - first)
                throw error
            }
            if options.hasHeader { return .nothing }
        }
        if header?.equals(sink, bytes: start, fields: first, quote: scanner.dialect.quote) == true {
            find(&scanner, &batch)
            let text = bytes(extent, input)
            add("repeated_header", "the row is the header again", scanner, text, &batch)
            return .nothing
        }
        let found = sink.ends.count - first
        fit(&sink, first)
        guard sink.ends.count - first == columns.count else {
            if isLost { return .broken }
            if firstBreak(extent, input) != nil && linesFit(bytes(extent, input), scanner) { return .broken }
            let message = "expected \(columns.count) fields, found \(found)"
            add("ragged_row", message, scanner, bytes(extent, input), &batch)
            return .nothing
        }
        find(&scanner, &batch)
        if let fault = CSVRow(sink, fields: first, bytes: start).fault {
            let reason = fault.reason(options.sourceEncoding)
            add(reason.code, "the row has \(reason.message)", scanner, bytes(extent, input), &batch)
            return .nothing
        }
        if scanner.stray != 0 {
            let text = bytes(extent, input)
            if CSVLine.isShifted(text[...], scanner.dialect) {
                let message =
                    "quotes stand around a delimiter inside a field; a quoted field begins and ends with its quotes"
                add("malformed_quote", message, scanner, text, &batch)
                return .nothing
            }
        }
        batch.lines.append(scanner.recordLine)
        batch.offsets.append(scanner.recordOffset)
        return .row
    }

    /// Takes the first record, as the header or for the number of columns.
    private mutating func begin(
        _ sink: CSVScanner.Sink, _ scanner: inout CSVScanner, _ batch: inout SourceBatch
    ) throws(JobError) {
        let row = CSVRow(sink, fields: scanner.recordFields, bytes: scanner.recordBytes)
        columns = try names(row, at: place(scanner))
        required = columns.count
        if options.hasHeader {
            required = row.used
            columns.removeLast(columns.count - max(required, min(usedColumns, columns.count)))
            let start = UInt32(scanner.recordBytes)
            header = CSVHeader(
                bytes: Array(sink.bytes[scanner.recordBytes...]),
                ends: sink.ends[scanner.recordFields...].map { ($0 & RowBatch.offsetMask) - start })
            scanner.headerBytes = header?.bytes.count ?? -1
            scanner.headerFirst = header?.bytes.first ?? 0
        }
        scanner.expected = columns.count
        batch.columns = columns
        batch.rows.columnCount = columns.count
    }

    private func names(_ row: CSVRow, at place: DataPosition) throws(JobError) -> [String] {
        guard options.hasHeader else { return (1...row.count).map { "column_\($0)" } }
        if let fault = row.fault {
            let reason = fault.reason(options.sourceEncoding)
            throw JobError(
                reason.code, .dataError, "the header has \(reason.what)",
                hint: "save the file as UTF-8, or say its encoding in csv.encoding",
                position: place)
        }
        return try row.names(limits: limits, at: place)
    }

    /// Leaves out blank fields beyond the header, and adds those that need not be there.
    private func fit(_ sink: inout CSVScanner.Sink, _ first: Int) {
        while sink.ends.count - first < columns.count && sink.ends.count - first >= required {
            sink.ends.append(UInt32(sink.bytes.count) | RowBatch.nullFlag)
        }
        let last = first + columns.count
        guard sink.ends.count > last else { return }
        let end = Int(sink.ends[last - 1] & RowBatch.offsetMask)
        guard BlankText.isBlank(sink.bytes, from: end, to: sink.bytes.count) else { return }
        sink.ends.removeLast(sink.ends.count - last)
        sink.bytes.removeLast(sink.bytes.count - end)
    }

    /// Adds a defect.
    mutating func add(
        _ code: String, _ message: String, _ scanner: CSVScanner, _ text: [UInt8], _ batch: inout SourceBatch
    ) {
        add(code, message, line: scanner.recordLine, offset: scanner.recordOffset, text, &batch)
    }

    /// Adds a defect.
    mutating func add(
        _ code: String, _ message: String, line: Int, offset: Int, _ text: [UInt8], _ batch: inout SourceBatch
    ) {
        batch.defects.append(
            RowDefect(
                code: code, message: message, rowsBefore: batch.lines.count, line: line, byteOffset: offset,
                fields: [String(decoding: text, as: UTF8.self)]))
        // A defect is kept as text, which takes more than its bytes.
        defectBytes += text.count + 64
    }
}

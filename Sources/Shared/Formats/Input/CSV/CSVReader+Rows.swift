internal import JobCore

/// The header, for finding it again among the rows.
struct CSVHeader: Sendable {
    /// Bytes of its fields, one behind the other.
    let bytes: [UInt8]
    private let names: [[UInt8]]

    init(_ row: CSVRow) {
        bytes = row.fields.flatMap(\.self)
        names = Self.sorted(row.fields)
    }

    /// Whether the fields are the header's, in any case of the letters a to z and any order, perhaps behind a byte order mark.
    func equals(_ row: CSVRow, quote: UInt8) -> Bool {
        guard row.count == names.count else { return false }
        if Self.sorted(row.fields) == names { return true }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var fields = row.fields
        guard fields[0].starts(with: mark) else { return false }
        fields[0].removeFirst(mark.count)
        // Behind the mark, quotes are no longer at the beginning of their field.
        if fields[0].count >= 2 && fields[0].first == quote && fields[0].last == quote {
            fields[0] = Array(fields[0].dropFirst().dropLast())
        }
        return Self.sorted(fields) == names
    }

    /// The fields in an order of their own, with small letters for those of ASCII.
    private static func sorted(_ fields: [[UInt8]]) -> [[UInt8]] {
        fields.map { $0.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 } }.sorted { $0.lexicographicallyPrecedes($1) }
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
        // Behind a byte order mark its first field may have quotes.
        if let header, (0...5).contains(sink.bytes.count - start - header.bytes.count),
            header.equals(CSVRow(sink, fields: first, bytes: start), quote: scanner.dialect.quote)
        {
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
            add("ragged_row", message, scanner, takeBytes(extent, input), &batch)
            return .nothing
        }
        find(&scanner, &batch)
        if let fault = CSVRow(sink, fields: first, bytes: start).fault {
            let reason = fault.reason(options.sourceEncoding)
            add(reason.code.rawValue, "the row has \(reason.message)", scanner, takeBytes(extent, input), &batch)
            return .nothing
        }
        if scanner.hasStray {
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
            header = CSVHeader(row)
            scanner.headerBytes = header?.bytes.count ?? -1
            scanner.headerSum = CSVScanner.letterSum(header?.bytes ?? [])
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
                reason.code, "the header has \(reason.what)",
                hint: "save the file as UTF-8, or say its encoding in csv.encoding",
                position: place)
        }
        return try row.names(limits: limits, at: place)
    }

    /// Leaves out blank fields beyond the header, and adds those that need not be there.
    private func fit(_ sink: inout CSVScanner.Sink, _ first: Int) {
        while sink.ends.count - first < columns.count && sink.ends.count - first >= required {
            sink.ends.append(CellEnd(sink.bytes.count, .null))
        }
        let last = first + columns.count
        guard sink.ends.count > last else { return }
        let end = sink.ends[last - 1].offset
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

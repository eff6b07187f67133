package import JobCore

/// How a CSV file is read.
package struct CSVReaderOptions: Sendable {
    /// `nil`: found out among comma, semicolon, tab and bar from the first 16 KiB.
    package var delimiter: UInt8?
    /// ASCII character around fields and, doubled, inside them.
    package var quote: UInt8
    /// Whether the first record holds the column names; if not, they are `column_1` and so on.
    package var hasHeader: Bool
    /// How large the parts of the file may be.
    package var limits: ReaderLimits
    /// Field bytes after which a batch is full; the last row may go beyond, and at most 512 MiB count.
    package var batchBytes: Int

    /// Options, each at its default unless given.
    package init(
        delimiter: UInt8? = nil, quote: UInt8 = UInt8(ascii: "\""), hasHeader: Bool = true,
        limits: ReaderLimits = ReaderLimits(), batchBytes: Int = 1 << 20
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.hasHeader = hasHeader
        self.limits = limits
        self.batchBytes = batchBytes
    }
}

/// Reads CSV (RFC 4180) given in pieces of any size.
///
/// Records end with LF, CRLF or CR, mixed as they come. A byte order mark, a line `sep=;` at the beginning and blank lines
/// (no bytes at all) are skipped.
/// A quote inside an unquoted field and text behind a closing quote are taken literally. An empty field is null, `""` is
/// the empty string. Rows with another number of fields than the header, with NUL bytes or invalid UTF-8 become defects
/// `ragged_row`, `nul_byte` and `invalid_utf8`.
package struct CSVReader: Sendable {
    /// Input that is scanned at once, which bounds the room reserved for its fields.
    private static let pieceBytes = 1 << 16

    private let options: CSVReaderOptions
    private let limits: ReaderLimits
    private let fullBytes: Int
    /// The beginning of the file until the byte order mark is skipped and the delimiter known; then what is left of it.
    private var head: [UInt8] = []
    private var headPosition = 0
    private var scanner: CSVScanner?
    /// Fields of the record that the last piece of input cut off, while `isCut`.
    private var cut = CSVScanner.Sink()
    private var isCut = false
    /// What defects of the current batch weigh.
    private var defectBytes = 0

    /// Names of the columns; empty until the first record was read.
    package private(set) var columns: [String] = []

    /// What separates fields; `nil` until it is known.
    package var delimiter: UInt8? { scanner?.delimiter ?? options.delimiter }

    /// Bytes of a record whose end has not come yet.
    var heldBytes: Int { cut.bytes.count }

    /// By what the delimiter was found out; empty when it was told.
    package private(set) var delimiterCandidates: [DelimiterCandidate] = []

    /// A reader at the beginning of a file.
    package init(options: CSVReaderOptions = CSVReaderOptions()) {
        self.options = options
        limits = options.limits.effective
        fullBytes = min(max(options.batchBytes, 1), 512 << 20)
    }

    /// Reads from `input[position...]`, stops early when the batch is full, returns the position reached.
    ///
    /// A position before the end of the input means that the batch is full: empty it and call again with the same input.
    /// Throws `limit_…`, `duplicate_column`, or, for a header that is no text, `invalid_utf8` or `nul_byte`.
    package mutating func read(
        _ input: [UInt8], from position: Int, into batch: inout SourceBatch
    ) throws(JobError) -> Int {
        var position = position
        prepare(&batch)
        if scanner == nil {
            let wanted = options.delimiter == nil ? DelimiterGuess.sampleBytes : SeparatorLine.sampleBytes
            let count = min(wanted - head.count, input.count - position)
            head.append(contentsOf: input[position..<position + count])
            position += count
            guard head.count == wanted else { return position }
            start(isWhole: false)
        }
        try drainHead(into: &batch)
        guard headPosition == head.count, !isFull(batch) else { return position }
        try scan(input, &position, into: &batch)
        return position
    }

    /// Ends the input: reads what was kept back.
    ///
    /// Call it with an emptied batch until the batch stays empty. Throws `unterminated_quote`, `source_empty` when there
    /// was no header, and what `read` throws.
    package mutating func finish(into batch: inout SourceBatch) throws(JobError) {
        prepare(&batch)
        if scanner == nil { start(isWhole: true) }
        try drainHead(into: &batch)
        guard headPosition == head.count, !isFull(batch), let scanner else { return }
        switch scanner.mode {
        case .recordStart: break
        case .quoted:
            throw JobError(
                "unterminated_quote", .dataError, "the file ends inside a quoted field",
                hint: "look for a field that starts with a quote and has no closing one", position: place(scanner))
        case .fieldStart, .unquoted, .quoteSeen:
            var position = 0
            try scan([0x0A], &position, into: &batch)
        }
        guard !columns.isEmpty else {
            throw JobError(
                "source_empty", .dataError, options.hasHeader ? "the file has no header" : "the file has no rows",
                hint: "the first record must hold the column names", position: DataPosition(line: 1, byteOffset: 0))
        }
    }

    // MARK: - The beginning of the file

    private mutating func start(isWhole: Bool) {
        headPosition = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let line = SeparatorLine(head[headPosition...])
        headPosition += line?.count ?? 0
        let told = options.delimiter ?? line?.delimiter
        if told == nil {
            delimiterCandidates = DelimiterGuess.candidates(
                of: Array(head[headPosition...]), quote: options.quote, isWhole: isWhole)
        }
        let delimiter = told ?? DelimiterGuess.delimiter(of: delimiterCandidates)
        scanner = CSVScanner(
            delimiter: delimiter, quote: options.quote, limits: limits, offset: headPosition, line: line == nil ? 1 : 2)
    }

    private mutating func drainHead(into batch: inout SourceBatch) throws(JobError) {
        guard headPosition < head.count, !isFull(batch) else { return }
        let input = head
        var position = headPosition
        try scan(input, &position, into: &batch)
        headPosition = position
        if position == head.count {
            head = []
            headPosition = 0
        }
    }

    // MARK: - Records

    private mutating func prepare(_ batch: inout SourceBatch) {
        if batch.defects.isEmpty { defectBytes = 0 }
        batch.columns = columns
        batch.rows.columnCount = columns.count
        batch.rows.bytes.removeLast(batch.rows.bytes.count - batch.rows.byteCount)
    }

    private var fullFields: Int { max(fullBytes / 4, 1) }

    private func isFull(_ batch: SourceBatch) -> Bool {
        batch.rows.bytes.count + defectBytes >= fullBytes || batch.rows.ends.count >= fullFields
    }

    private mutating func scan(
        _ input: [UInt8], _ position: inout Int, into batch: inout SourceBatch
    ) throws(JobError) {
        guard var scanner else { return }
        defer { self.scanner = scanner }
        var rows = CSVScanner.Sink()
        swap(&rows.bytes, &batch.rows.bytes)
        swap(&rows.ends, &batch.rows.ends)
        defer {
            swap(&rows.bytes, &batch.rows.bytes)
            swap(&rows.ends, &batch.rows.ends)
        }
        while position < input.count {
            let end = min(position + Self.pieceBytes, input.count)
            let event = unsafe input.withUnsafeBufferPointer { input in
                if isCut {
                    unsafe scanner.scan(
                        input, &position, to: end, sink: &cut, fullBytes: 0, fullFields: 0, lines: &batch.lines,
                        offsets: &batch.offsets)
                } else {
                    unsafe scanner.scan(
                        input, &position, to: end, sink: &rows, fullBytes: fullBytes - defectBytes,
                        fullFields: fullFields, lines: &batch.lines, offsets: &batch.offsets)
                }
            }
            switch event {
            case .exhausted: continue
            case .limit(let limit):
                // The batch keeps the good rows before the failure.
                if !isCut { remove(&rows, scanner) }
                throw limit.error(limits, at: place(scanner))
            case .full:
                if isCut { join(&rows) }
            case .irregular:
                if isCut {
                    var sink = CSVScanner.Sink()
                    swap(&sink, &cut)
                    try settle(&sink, &scanner, &batch)
                    swap(&sink, &cut)
                    if cut.ends.isEmpty { isCut = false } else { join(&rows) }
                } else {
                    try settle(&rows, &scanner, &batch)
                }
            }
            if rows.bytes.count + defectBytes >= fullBytes || rows.ends.count >= fullFields { return }
        }
        if scanner.mode != .recordStart && !isCut { separate(&rows, &scanner) }
    }

    /// Adds the record that was cut off, now complete, to the rows.
    private mutating func join(_ rows: inout CSVScanner.Sink) {
        let base = UInt32(rows.bytes.count)
        rows.bytes.append(contentsOf: cut.bytes)
        // Flags are above the offset, which does not reach them.
        for end in cut.ends { rows.ends.append(end + base) }
        // What a long record took is given back.
        cut.bytes.removeAll(keepingCapacity: cut.bytes.capacity <= 1 << 20)
        cut.ends.removeAll(keepingCapacity: true)
        isCut = false
    }

    /// Takes the record that is not complete out of the rows.
    private mutating func separate(_ rows: inout CSVScanner.Sink, _ scanner: inout CSVScanner) {
        let bytes = scanner.recordBytes
        let fields = scanner.recordFields
        cut.bytes.append(contentsOf: rows.bytes[bytes...])
        for end in rows.ends[fields...] { cut.ends.append(end - UInt32(bytes)) }
        rows.bytes.removeLast(rows.bytes.count - bytes)
        rows.ends.removeLast(rows.ends.count - fields)
        scanner.rebase(bytes: 0, fields: 0)
        isCut = true
    }

    /// Decides what becomes of a complete row that is not as expected: the header, a good row after all, or a defect.
    private mutating func settle(
        _ sink: inout CSVScanner.Sink, _ scanner: inout CSVScanner, _ batch: inout SourceBatch
    ) throws(JobError) {
        let row = CSVRow(sink, fields: scanner.recordFields, bytes: scanner.recordBytes)
        if columns.isEmpty {
            do throws(JobError) {
                columns = try names(row, at: place(scanner))
            } catch {
                remove(&sink, scanner)
                throw error
            }
            scanner.expected = columns.count
            batch.columns = columns
            batch.rows.columnCount = columns.count
            if options.hasHeader { return remove(&sink, scanner) }
        }
        let fault = row.count == columns.count ? row.fault : nil
        if row.count == columns.count && fault == nil {
            batch.lines.append(scanner.recordLine)
            batch.offsets.append(scanner.recordOffset)
            return
        }
        let ragged = "expected \(columns.count) fields, found \(row.count)"
        batch.defects.append(
            RowDefect(
                code: fault?.rawValue ?? "ragged_row",
                message: fault.map { "the row has \($0.what)\($0.advice)" } ?? ragged,
                rowsBefore: batch.lines.count, line: scanner.recordLine, byteOffset: scanner.recordOffset,
                fields: row.texts))
        // A defect is kept as text, which takes more than its bytes.
        defectBytes += sink.bytes.count - scanner.recordBytes + 64
        remove(&sink, scanner)
    }

    private func names(_ row: CSVRow, at place: DataPosition) throws(JobError) -> [String] {
        guard options.hasHeader else { return (1...row.count).map { "column_\($0)" } }
        if let fault = row.fault {
            throw JobError(
                fault.rawValue, .dataError, "the header has \(fault.what)",
                hint: "save the file as UTF-8, or say its encoding in csv.encoding",
                position: place)
        }
        return try row.names(limits: limits, at: place)
    }

    /// Takes the last record out of a sink.
    private func remove(_ sink: inout CSVScanner.Sink, _ scanner: CSVScanner) {
        sink.bytes.removeLast(sink.bytes.count - scanner.recordBytes)
        sink.ends.removeLast(sink.ends.count - scanner.recordFields)
    }

    private func place(_ scanner: CSVScanner) -> DataPosition {
        DataPosition(line: scanner.recordLine, byteOffset: scanner.recordOffset)
    }
}

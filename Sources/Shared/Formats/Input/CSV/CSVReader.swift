package import JobCore

/// How a CSV file is read.
package struct CSVReaderOptions: Sendable {
    /// `nil`: found out among comma, semicolon, tab and bar from the first 16 KiB.
    package var delimiter: UInt8?
    /// ASCII character around fields and, doubled, inside them; `nil`: the double quote, or the single one where the
    /// beginning of the file has fields in it.
    package var quote: UInt8?
    /// How quotes inside quoted fields are written.
    package var escape: CSVEscape
    /// Lines above the header that are left out; `nil`: those that are no part of the table.
    package var skipLines: Int?
    /// Whether blanks around quotes and behind delimiters are found out from the beginning of the file.
    package var recognisesBlanks: Bool
    /// Whether the first record holds the column names; if not, they are `column_1` and so on.
    package var hasHeader: Bool
    /// The encoding the text was in, when it was not UTF-8; for messages.
    package var sourceEncoding: String?
    /// How large the parts of the file may be.
    package var limits: ReaderLimits
    /// Field bytes after which a batch is full; the last row may go beyond, and at most 512 MiB count.
    package var batchBytes: Int
    /// What becomes of text that a spreadsheet would run.
    package var formulas: CSVFormulas
    /// Whether a file with these columns has apostrophes in front of text like a formula, whatever `formulas` says.
    package var isGuarded: @Sendable ([String]) -> Bool = { _ in false }

    /// Options, each at its default unless given.
    package init(
        delimiter: UInt8? = nil, quote: UInt8? = nil, escape: CSVEscape = .auto, skipLines: Int? = nil,
        recognisesBlanks: Bool = true, hasHeader: Bool = true, sourceEncoding: String? = nil,
        limits: ReaderLimits = ReaderLimits(), batchBytes: Int = 1 << 20, formulas: CSVFormulas = .raw
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.escape = escape
        self.skipLines = skipLines
        self.recognisesBlanks = recognisesBlanks
        self.hasHeader = hasHeader
        self.sourceEncoding = sourceEncoding
        self.limits = limits
        self.batchBytes = batchBytes
        self.formulas = formulas
    }
}

/// Reads CSV (RFC 4180) given in pieces of any size.
///
/// Records end with LF, CRLF or CR, mixed as they come. A byte order mark, a line `sep=;` at the beginning, title lines
/// above the header, blank lines and rows of blank fields are skipped. An empty field is null, `""` is the empty string.
/// A quote inside an unquoted field is text. Empty fields beyond the header are left out.
///
/// Rows that are none become defects: `ragged_row` with another number of fields than the header, `nul_byte`,
/// `invalid_utf8` and `invalid_encoding`, `repeated_header`, and `malformed_quote`: text behind a closing quote, or a
/// quote that does not close. The last one costs its first line; reading goes on at the next one, and lines without the
/// header's number of fields belong to the same defect.
package struct CSVReader: Sendable {
    /// Input that is scanned at once, which bounds the room reserved for its fields.
    static let pieceBytes = 1 << 16

    let options: CSVReaderOptions
    let limits: ReaderLimits
    private let fullBytes: Int
    /// The lines above the header that the options name, until they are passed.
    private var skipper: LineSkipper
    /// The beginning of the file until the byte order mark is skipped and the dialect known.
    private var head: [UInt8] = []
    /// What is to be read before further input, and how far that has come.
    var backlog: [UInt8] = []
    private var backlogPosition = 0
    private(set) var scanner: CSVScanner?
    /// Fields of the record that the last piece of input cut off, while `isCut`, and its bytes as they came.
    var cut = CSVScanner.Sink()
    var raw: [UInt8] = []
    var isCut = false
    /// What defects of the current batch weigh.
    var defectBytes = 0
    /// The header as it stands in the file.
    var header: CSVHeader?
    /// Fields that a row must have at least: the others have neither name nor text in the beginning of the file.
    var required = 0
    /// Columns in use in the beginning of the file.
    var usedColumns = 0
    /// A defect to which lines behind it may belong.
    var held: BrokenRow?
    /// Lines count as rows only with the header's number of fields.
    var isLost = false

    /// Names of the columns; empty until the first record was read.
    package internal(set) var columns: [String] = []

    /// What the file turned out to be; `nil` until it is known.
    package private(set) var traits: CSVTraits?

    /// What separates fields; `nil` until it is known.
    package var delimiter: UInt8? { scanner?.dialect.delimiter ?? options.delimiter }

    /// Bytes of a record whose end has not come yet.
    package var heldBytes: Int { cut.bytes.count + raw.count }

    /// By what the delimiter was found out; empty when it was told.
    package private(set) var delimiterCandidates: [DelimiterCandidate] = []

    /// Bytes that were looked at, those that were looked at again too.
    package var scannedBytes: Int { scanner?.scannedBytes ?? 0 }

    /// A reader at the beginning of a file.
    package init(options: CSVReaderOptions = CSVReaderOptions()) {
        self.options = options
        limits = options.limits.effective
        fullBytes = min(max(options.batchBytes, 1), 512 << 20)
        skipper = LineSkipper(lines: options.skipLines ?? 0)
    }

    /// Reads from `input[position...]`, stops early when the batch is full, returns the position reached.
    ///
    /// A position before the end of the input means that the batch is full: empty it and call again with the same input.
    /// Throws `limit_…`, or, for a header that is none, `malformed_quote`, `invalid_utf8`, `invalid_encoding` or
    /// `nul_byte`.
    package mutating func read(
        _ input: [UInt8], from position: Int, into batch: inout SourceBatch
    ) throws(JobError) -> Int {
        var position = position
        prepare(&batch)
        if scanner == nil {
            skipper.skip(input, &position)
            let count = min(DialectGuess.sampleBytes - head.count, input.count - position)
            head.append(contentsOf: input[position..<position + count])
            position += count
            guard head.count == DialectGuess.sampleBytes else { return position }
            start(isWhole: false)
        }
        while true {
            try drainBacklog(into: &batch)
            guard backlog.isEmpty, !isFull(batch), position < input.count else { return position }
            try scan(input, &position, into: &batch)
            if backlog.isEmpty { return position }
        }
    }

    /// Ends the input: reads what was kept back.
    ///
    /// Call it with an emptied batch until the batch stays empty. Throws `source_empty` when there was no header,
    /// `unterminated_quote` when the file ends inside it, and what `read` throws.
    package mutating func finish(into batch: inout SourceBatch) throws(JobError) {
        prepare(&batch)
        if scanner == nil { start(isWhole: true) }
        while true {
            try drainBacklog(into: &batch)
            guard backlog.isEmpty, !isFull(batch), var scanner else { return }
            switch scanner.mode {
            case .recordStart:
                flushHeld(&batch)
                guard columns.isEmpty else { return }
                let isEmpty = traits?.skippedLines == 0
                throw JobError(
                    .sourceEmpty,
                    isEmpty
                        ? "the file is empty" : options.hasHeader ? "the file has no header" : "the file has no rows",
                    hint: options.hasHeader
                        ? "the first record must hold the column names" : "send a file with at least one record",
                    position: DataPosition(line: 1, byteOffset: 0))
            case .quoted, .escaped:
                if columns.isEmpty {
                    throw JobError(
                        .unterminatedQuote, "the file ends inside a quoted field of its header",
                        position: place(scanner))
                }
                let extent = RecordExtent(kept: raw.count, from: 0, to: 0)
                var rows = CSVScanner.Sink()
                var position = 0
                recover([], &position, entry: 0, extent, &rows, &scanner, &batch, isAtEnd: true)
                self.scanner = scanner
            case .fieldStart, .unquoted, .quoteSeen, .blanks, .closed, .broken:
                var position = 0
                try scan([0x0A], &position, into: &batch)
            }
        }
    }

    // MARK: - The beginning of the file

    private mutating func start(isWhole: Bool) {
        var position = skipper.skipped == 0 && head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let line = SeparatorLine(head[position...])
        position += line?.count ?? 0
        let guess = DialectGuess(
            Array(head[position...]), options, delimiter: options.delimiter ?? line?.delimiter, isWhole: isWhole)
        delimiterCandidates = guess.candidates
        usedColumns = guess.usedColumns
        position += guess.skippedBytes
        traits = CSVTraits(
            quote: guess.dialect.quote, isBackslashEscaped: guess.dialect.escapes,
            hasBlanks: guess.dialect.blanks != .text,
            skippedLines: guess.skippedLines + skipper.skippedLines)
        scanner = CSVScanner(
            dialect: guess.dialect, limits: limits, offset: skipper.skipped + position,
            line: 1 + skipper.skippedLines + (line == nil ? 0 : 1) + guess.skippedLines)
        backlog = head
        backlogPosition = position
        head = []
        if backlogPosition == backlog.count { backlog = [] }
    }

    private mutating func drainBacklog(into batch: inout SourceBatch) throws(JobError) {
        guard !backlog.isEmpty, !isFull(batch) else { return }
        var input: [UInt8] = []
        swap(&input, &backlog)
        var position = backlogPosition
        try scan(input, &position, into: &batch)
        guard position < input.count else { return }
        backlog = input
        backlogPosition = position
    }

    /// Puts bytes back that are to be read again.
    mutating func putBack(_ bytes: [UInt8]) {
        backlog = bytes
        backlogPosition = 0
    }

    // MARK: - Records

    private mutating func prepare(_ batch: inout SourceBatch) {
        if batch.defects.isEmpty { defectBytes = 0 }
        batch.columns = columns
        batch.isJSON = false
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
        let entry = position
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
            let extent = extent(scanner, entry, position)
            switch event {
            case .exhausted: continue
            case .full:
                if isCut { join(&rows) }
            case .irregular:
                switch try settle(&rows, &scanner, &batch, extent, input) {
                case .row:
                    if isCut { join(&rows) }
                case .nothing: drop(&rows, scanner)
                case .broken: recover(input, &position, entry: entry, extent, &rows, &scanner, &batch)
                }
            case .limit(let limit):
                if columns.isEmpty || firstBreak(extent, input) == nil {
                    // The batch keeps the good rows before the failure.
                    drop(&rows, scanner)
                    throw limit.error(limits, at: place(scanner))
                }
                recover(input, &position, entry: entry, extent, &rows, &scanner, &batch)
            case .malformed:
                try checkBroken(&rows, scanner, extent, input)
                recover(input, &position, entry: entry, extent, &rows, &scanner, &batch)
            }
            guard scanner.mode == .recordStart else { continue }
            if rows.bytes.count + defectBytes >= fullBytes || rows.ends.count >= fullFields || !backlog.isEmpty {
                return
            }
        }
        guard scanner.mode != .recordStart else { return }
        if isCut {
            raw += input[entry...]
        } else {
            raw = Array(input[extent(scanner, entry, position).from...])
            separate(&rows, &scanner)
        }
    }

    /// Where the bytes of the current record are, without the line end when it is complete.
    private func extent(_ scanner: CSVScanner, _ entry: Int, _ position: Int) -> RecordExtent {
        let start = isCut ? entry : position - (scanner.offset - scanner.recordOffset)
        return RecordExtent(
            kept: isCut ? raw.count : 0, from: start, to: scanner.mode == .recordStart ? position - 1 : position)
    }

    /// Adds the record that was cut off, now complete, to the rows.
    private mutating func join(_ rows: inout CSVScanner.Sink) {
        // A record may have 64 MiB: what it was made from goes first, and alone it is not copied.
        raw.removeAll(keepingCapacity: raw.capacity <= 1 << 20)
        let base = rows.bytes.count
        if rows.bytes.isEmpty, cut.bytes.count > 1 << 20 {
            swap(&rows.bytes, &cut.bytes)
        } else {
            rows.bytes.append(contentsOf: cut.bytes)
        }
        for end in cut.ends { rows.ends.append(end.moved(by: base)) }
        endCut()
    }

    /// Takes the record that is not complete out of the rows.
    private mutating func separate(_ rows: inout CSVScanner.Sink, _ scanner: inout CSVScanner) {
        let bytes = scanner.recordBytes
        let fields = scanner.recordFields
        cut.bytes.append(contentsOf: rows.bytes[bytes...])
        for end in rows.ends[fields...] { cut.ends.append(end.moved(by: -bytes)) }
        rows.bytes.removeLast(rows.bytes.count - bytes)
        rows.ends.removeLast(rows.ends.count - fields)
        scanner.rebase(bytes: 0, fields: 0)
        isCut = true
    }

    /// Forgets the record that was cut off.
    private mutating func endCut() {
        // What a long record took is given back.
        cut.bytes.removeAll(keepingCapacity: cut.bytes.capacity <= 1 << 20)
        cut.ends.removeAll(keepingCapacity: true)
        raw.removeAll(keepingCapacity: raw.capacity <= 1 << 20)
        isCut = false
    }

    /// Forgets the last record.
    mutating func drop(_ rows: inout CSVScanner.Sink, _ scanner: CSVScanner) {
        if isCut { return endCut() }
        rows.bytes.removeLast(rows.bytes.count - scanner.recordBytes)
        rows.ends.removeLast(rows.ends.count - scanner.recordFields)
    }

    func place(_ scanner: CSVScanner) -> DataPosition {
        DataPosition(line: scanner.recordLine, byteOffset: scanner.recordOffset)
    }
}

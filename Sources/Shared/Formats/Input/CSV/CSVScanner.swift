internal import CSIMD
internal import JobCore

/// Finds fields and records in CSV bytes and copies the fields without their quotes.
///
/// Blocks of 64 bytes become bit masks, and a small state machine walks over the bits. The state outlives a call, so
/// the input may be cut anywhere.
struct CSVScanner: Sendable {
    /// Where in a record the scanner is.
    enum Mode: Sendable {
        /// Before a record; line ends here are blank lines.
        case recordStart
        /// Before a field's first byte.
        case fieldStart
        /// In a field's text, where only the delimiter and line ends have a meaning.
        case unquoted
        /// Between quotes, where only the quote has a meaning.
        case quoted
        /// Behind a quote inside quotes: the second one of a pair, or the closing one.
        case quoteSeen
        /// Behind a backslash inside quotes.
        case escaped
        /// In blanks at the beginning of a field.
        case blanks
        /// In blanks behind a closing quote.
        case closed
        /// In what is left of a line that is no row.
        case broken
    }

    /// Why a call came back.
    enum Event: Sendable {
        case exhausted
        /// A row is complete and the sink has what it should.
        case full
        /// The row that was just completed needs a closer look: another number of fields than expected, a NUL, invalid
        /// UTF-8, quotes in unquoted text, nothing but blanks, or it looks like the header.
        case irregular
        /// Text stands behind a closing quote, a quote is known not to close, or a broken line is at its end.
        case malformed
        case limit(ReaderLimit)
    }

    /// Where fields go.
    struct Sink: Sendable {
        var bytes: [UInt8] = []
        var ends: [CellEnd] = []
    }

    let dialect: CSVDialect
    let limits: ReaderLimits
    /// Fields of a regular row; -1 makes every row irregular.
    var expected = -1
    /// Bytes of the header's fields, by which a repeated header is suspected, and their sum (`letterSum`).
    var headerBytes = -1
    var headerSum: UInt32 = 0
    /// Lines that end before this offset are records of their own: a quote that is open at their end is not closed.
    var suspectEnd = 0

    var mode = Mode.recordStart
    /// Line the scanner is on, and where in the whole stream the next byte to read is.
    var line = 1
    var offset: Int
    /// Bytes that were looked at, those that were looked at again too.
    var scannedBytes = 0
    /// Where the current record starts, or the last one if none is open.
    var recordLine = 1
    var recordOffset = 0
    /// What the sink held when the record began.
    var recordBytes = 0
    var recordFields = 0
    var fieldStart = 0
    var wasQuoted = false
    var isSuspect = false
    /// The current record, or the last one if none is open, has quotes in unquoted text.
    var hasStray = false
    /// Blanks that may belong to the field.
    var blankCount = 0
    var followsCR = false

    init(dialect: CSVDialect, limits: ReaderLimits, offset: Int, line: Int = 1) {
        self.line = line
        self.dialect = dialect
        self.limits = limits
        self.offset = offset
    }

    /// Goes to the beginning of another line.
    mutating func go(toOffset offset: Int, line: Int, followsCR: Bool) {
        mode = .recordStart
        self.offset = offset
        self.line = line
        self.followsCR = followsCR
        wasQuoted = false
        isSuspect = false
    }

    /// Tells the scanner that the open record was moved to another sink, at the given sizes.
    mutating func rebase(bytes: Int, fields: Int) {
        fieldStart += bytes - recordBytes
        recordBytes = bytes
        recordFields = fields
    }

    /// Scans `input[position..<end]` into the sink; moves `position` behind what was read.
    ///
    /// Comes back with `full` after a row when the sink has `fullBytes` bytes or `fullFields` fields. Regular rows add
    /// an entry to `lines` and `offsets`.
    mutating func scan(
        _ input: UnsafeBufferPointer<UInt8>, _ position: inout Int, to end: Int, sink: inout Sink, fullBytes: Int,
        fullFields: Int, lines: inout [Int], offsets: inout [Int]
    ) -> Event {
        guard position < end, let base = input.baseAddress else { return .exhausted }
        let bytesBefore = sink.bytes.count
        let endsBefore = sink.ends.count
        var event = Event.exhausted
        var bytes = Array<UInt8>()
        var ends = Array<CellEnd>()
        swap(&bytes, &sink.bytes)
        swap(&ends, &sink.ends)
        let isFast = dialect.isPlain && offset >= suspectEnd && mode != .broken
        let before = position
        // Blanks and a backslash may be kept back from an earlier piece.
        let room = end - position + blankCount + 1
        // The last bytes of the input are looked at in a block of their own.
        var scratch = [UInt8](repeating: 0, count: 64)
        bytes.append(addingCapacity: room + FieldCopy.slack) { bytesSpan in
            ends.append(addingCapacity: room + 1) { endsSpan in
                unsafe bytesSpan.withUnsafeMutableBufferPointer { byteBuffer, byteCount in
                    unsafe endsSpan.withUnsafeMutableBufferPointer { endBuffer, endCount in
                        unsafe scratch.withUnsafeMutableBufferPointer { scratchBuffer in
                            guard let byteTail = byteBuffer.baseAddress, let endTail = endBuffer.baseAddress,
                                let scratchBase = scratchBuffer.baseAddress
                            else { return }
                            var output = unsafe Output(
                                bytes: byteTail - bytesBefore, ends: endTail - endsBefore, byteCount: bytesBefore,
                                endCount: endsBefore)
                            if isFast {
                                event = unsafe walk(
                                    base, &position, to: end, readable: input.count, output: &output,
                                    scratch: scratchBase, fullBytes: fullBytes, fullFields: fullFields, lines: &lines,
                                    offsets: &offsets)
                            } else {
                                event = unsafe walkSlowly(
                                    base, &position, to: end, output: &output, fullBytes: fullBytes,
                                    fullFields: fullFields, lines: &lines, offsets: &offsets)
                            }
                            byteCount = output.byteCount - bytesBefore
                            endCount = output.endCount - endsBefore
                        }
                    }
                }
            }
        }
        swap(&bytes, &sink.bytes)
        swap(&ends, &sink.ends)
        scannedBytes += position - before
        return event
    }

    /// The sink's storage; indices count from its beginning.
    @safe struct Output {
        let bytes: UnsafeMutablePointer<UInt8>
        let ends: UnsafeMutablePointer<CellEnd>
        var byteCount: Int
        var endCount: Int
    }

    private mutating func walk(
        _ input: UnsafePointer<UInt8>, _ position: inout Int, to end: Int, readable: Int, output: inout Output,
        scratch: UnsafeMutablePointer<UInt8>, fullBytes: Int, fullFields: Int, lines: inout [Int],
        offsets: inout [Int]
    ) -> Event {
        let bytes = unsafe output.bytes
        let ends = unsafe output.ends
        var byteCount = output.byteCount
        var endCount = output.endCount
        let mostFieldBytes = limits.fieldBytes
        let mostColumns = limits.columns
        // Offset of a byte in the stream is its index plus this.
        let shift = offset - position
        var mode = mode
        var fieldStart = fieldStart
        var wasQuoted = wasQuoted
        var isSuspect = isSuspect
        var hasStray = hasStray
        let delimiter = dialect.delimiter
        let quote = dialect.quote
        let headerBytes = headerBytes
        let headerSum = headerSum
        var segment = position
        var block = position
        var event: Event?

        while block < end && event == nil {
            let blockLength = min(64, end &- block)
            var from = unsafe input + block
            if block &+ 64 > readable {
                unsafe scratch.update(from: from, count: blockLength)
                unsafe from = UnsafePointer(scratch)
            }
            let masks = unsafe csimd_csv_masks64(from, delimiter, quote)
            let valid = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- blockLength)
            let quotes = masks.quotes & valid
            let breaks = masks.breaks & valid
            let special = masks.special & valid
            let marks = special | quotes
            let odd = masks.odd & valid
            // A line ends at CR, and at LF unless it follows CR.
            let newlines = breaks & (masks.cr | ~(masks.cr << 1 | (followsCR ? 1 : 0)))
            isSuspect = isSuspect || odd != 0
            // No segment ends behind this block, so wide copies stay within the memory.
            let isInner = block &+ 64 &+ FieldCopy.slack <= readable

            var at = 0
            while at < blockLength {
                let bit = UInt64(1) &<< UInt64(truncatingIfNeeded: at)
                if mode == .quoted {
                    let pairs = QuotePairs(quotes & (0 &- bit))
                    var firsts = pairs.firsts
                    while firsts != 0 {
                        // Of a pair, the first quote is copied with what comes before it.
                        let behind = block &+ firsts.trailingZeroBitCount &+ 1
                        let count = behind &- segment
                        unsafe FieldCopy.copy(bytes + byteCount, input + segment, count, isInner: isInner)
                        byteCount &+= count
                        segment = behind &+ 1
                        firsts &= firsts &- 1
                    }
                    if pairs.closing == 64 {
                        at = blockLength
                        continue
                    }
                    let count = block &+ pairs.closing &- segment
                    unsafe FieldCopy.copy(bytes + byteCount, input + segment, count, isInner: isInner)
                    byteCount &+= count
                    at = pairs.closing &+ 1
                    guard at < blockLength && special &>> UInt64(truncatingIfNeeded: at) & 1 == 1 else {
                        mode = .quoteSeen
                        continue
                    }
                } else if mode == .quoteSeen {
                    if quotes & bit != 0 {
                        mode = .quoted
                        segment = block &+ at
                        at &+= 1
                        continue
                    }
                    if special & bit == 0 {
                        event = .malformed
                        break
                    }
                } else {
                    if mode == .recordStart {
                        if breaks & bit != 0 {
                            at &+= 1
                            continue
                        }
                        recordOffset = shift &+ block &+ at
                        recordLine = line &+ (newlines & (bit &- 1)).nonzeroBitCount
                        recordBytes = byteCount
                        recordFields = endCount
                        hasStray = false
                    }
                    if mode != .unquoted {
                        fieldStart = byteCount
                        if quotes & bit != 0 {
                            mode = .quoted
                            wasQuoted = true
                            at &+= 1
                            segment = block &+ at
                            continue
                        }
                        mode = .unquoted
                        segment = block &+ at
                    }
                    let rest = marks & (0 &- bit)
                    if rest == 0 {
                        at = blockLength
                        continue
                    }
                    at = rest.trailingZeroBitCount
                    if quotes &>> UInt64(truncatingIfNeeded: at) & 1 == 1 {
                        hasStray = true
                        at &+= 1
                        continue
                    }
                    let count = block &+ at &- segment
                    unsafe FieldCopy.copy(bytes + byteCount, input + segment, count, isInner: isInner)
                    byteCount &+= count
                }

                // The field ends at the special byte `at`.
                let length = byteCount &- fieldStart
                let isNull = length == 0 && !wasQuoted
                unsafe ends[endCount] = CellEnd(byteCount, isNull: isNull)
                endCount &+= 1
                wasQuoted = false
                var isRecordEnd = breaks &>> UInt64(truncatingIfNeeded: at) & 1 == 1
                at &+= 1
                mode = isRecordEnd ? .recordStart : .fieldStart
                if length > mostFieldBytes {
                    event = .limit(.fieldBytes)
                    break
                }
                if !isRecordEnd {
                    if endCount &- recordFields >= mostColumns {
                        event = .limit(.columns)
                        break
                    }
                    // Most fields have no quotes and end in the block that they begin in.
                    let lastEnd = recordFields &+ mostColumns &- 1
                    while at < blockLength && endCount < lastEnd {
                        let rest = marks &>> UInt64(truncatingIfNeeded: at)
                        let count = rest.trailingZeroBitCount
                        let stop = UInt64(truncatingIfNeeded: at &+ count)
                        if rest == 0 || count > mostFieldBytes || quotes &>> stop & 1 == 1 { break }
                        unsafe FieldCopy.copy(bytes + byteCount, input + (block &+ at), count, isInner: isInner)
                        byteCount &+= count
                        unsafe ends[endCount] = CellEnd(byteCount, isNull: count == 0)
                        endCount &+= 1
                        at &+= count &+ 1
                        if breaks &>> stop & 1 == 1 {
                            isRecordEnd = true
                            break
                        }
                    }
                    if !isRecordEnd { continue }
                    mode = .recordStart
                }
                if shift &+ block &+ at &- 1 &- recordOffset > limits.recordBytes {
                    event = .limit(.recordBytes)
                    break
                }
                let isSound =
                    unsafe !isSuspect || Self.isSound(bytes, ends, fields: recordFields..<endCount, from: recordBytes)
                isSuspect = at < 64 && odd >> UInt64(truncatingIfNeeded: at) != 0
                let rowBytes = byteCount &- recordBytes
                let first = unsafe bytes[recordBytes]
                let mayRepeat =
                    unsafe rowBytes == headerBytes
                    && Self.letterSum(bytes + recordBytes, count: rowBytes) == headerSum
                    || rowBytes == headerBytes &+ 3 && first == 0xEF
                if unsafe endCount &- recordFields != expected || !isSound || hasStray || mayRepeat
                    || (first <= 0x20 || first >= 0xC2 || rowBytes == 0)
                        && BlankText.isBlank(bytes, from: recordBytes, to: byteCount)
                {
                    event = .irregular
                    break
                }
                lines.append(recordLine)
                offsets.append(recordOffset)
                if byteCount >= fullBytes || endCount >= fullFields {
                    event = .full
                    break
                }
            }
            if newlines != 0 {
                line &+= (newlines & (UInt64.max >> UInt64(truncatingIfNeeded: 64 &- at))).nonzeroBitCount
            }
            followsCR = masks.cr != 0 && masks.cr >> UInt64(truncatingIfNeeded: at &- 1) & 1 == 1
            block &+= at
        }

        if event == nil && (mode == .unquoted || mode == .quoted) {
            let count = end &- segment
            unsafe FieldCopy.copy(bytes + byteCount, input + segment, count, isInner: false)
            byteCount &+= count
        }
        if event == nil && mode != .recordStart {
            if byteCount &- fieldStart > limits.fieldBytes && mode != .fieldStart { event = .limit(.fieldBytes) }
            if shift &+ end &- recordOffset > limits.recordBytes { event = .limit(.recordBytes) }
        }
        output.byteCount = byteCount
        output.endCount = endCount
        self.mode = mode
        self.fieldStart = fieldStart
        self.wasQuoted = wasQuoted
        self.isSuspect = isSuspect
        self.hasStray = hasStray
        position = block
        offset = shift + block
        return event ?? .exhausted
    }

    /// Whether the fields hold well-formed UTF-8 without NUL.
    ///
    /// The record is looked at as one piece; a character that two fields share has its second half at a field's
    /// beginning.
    static func isSound(
        _ bytes: UnsafePointer<UInt8>, _ ends: UnsafePointer<CellEnd>, fields: Range<Int>, from start: Int
    ) -> Bool {
        guard let last = fields.last else { return true }
        let end = unsafe ends[last].offset
        guard unsafe UTF8Text.firstInvalid(bytes, from: start, to: end) == end else { return false }
        guard unsafe !UTF8Text.hasNUL(bytes, from: start, to: end) else { return false }
        for field in fields.lowerBound..<last {
            let next = unsafe ends[field].offset
            if unsafe next < end && bytes[next] & 0xC0 == 0x80 { return false }
        }
        return true
    }
}

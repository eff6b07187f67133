internal import JobCore

/// Where the bytes of a record are: those kept from earlier pieces, then a part of the input.
struct RecordExtent {
    let kept: Int
    let from: Int
    let to: Int
}

/// A line that is no row, and those behind it that are none either.
struct BrokenRow: Sendable {
    let line: Int
    let offset: Int
    /// A quote is opened in the first line and not closed.
    let isOpen: Bool
    var text: [UInt8]
    /// Lines behind the first one.
    var others = 0

    var message: String {
        let reason =
            isOpen
            ? "a quote is opened and not closed"
            : "text stands behind a closing quote; inside quotes a quote is doubled"
        return others == 0 ? reason : "\(reason); \(others) lines behind it have not the header's number of fields"
    }
}

extension CSVReader {
    /// Text of a defect beyond which its further lines become another one.
    private static let heldBytes = 1 << 18

    /// Bytes of a record.
    func bytes(_ extent: RecordExtent, _ input: [UInt8]) -> [UInt8] {
        extent.kept == 0 ? Array(input[extent.from..<extent.to]) : raw + input[extent.from..<extent.to]
    }

    /// The same of a record that is to be forgotten: it may have 64 MiB, and is not copied.
    mutating func takeBytes(_ extent: RecordExtent, _ input: [UInt8]) -> [UInt8] {
        if extent.kept == 0 { return bytes(extent, input) }
        var text: [UInt8] = []
        swap(&text, &raw)
        text += input[extent.from..<extent.to]
        return text
    }

    /// Place in a record of its first line end.
    func firstBreak(_ extent: RecordExtent, _ input: [UInt8]) -> Int? {
        func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
        if extent.kept > 0, let place = raw.firstIndex(where: isBreak) { return place }
        guard let place = input[extent.from..<extent.to].firstIndex(where: isBreak) else { return nil }
        return extent.kept + place - extent.from
    }

    /// Refuses what cannot be got over: a broken header, a field beyond its limit.
    mutating func checkBroken(
        _ rows: inout CSVScanner.Sink, _ scanner: CSVScanner, _ extent: RecordExtent, _ input: [UInt8]
    ) throws(JobError) {
        if columns.isEmpty {
            drop(&rows, scanner)
            throw JobError(
                .malformedQuote, "in the header, text stands behind a closing quote", position: place(scanner))
        }
        let size = (isCut ? cut : rows).bytes.count - scanner.fieldStart
        if scanner.mode != .broken && size > limits.fieldBytes && firstBreak(extent, input) == nil {
            drop(&rows, scanner)
            throw ReaderLimit.fieldBytes.error(limits, at: place(scanner))
        }
    }

    /// Makes the first line of a broken record a defect, and goes back to the line behind it.
    ///
    /// What was seen so far proves that lines up to here which leave a quote open would run into the same, so that none of
    /// them is read on: every byte is looked at twice at most, and once more at the line where this was found.
    mutating func recover(
        _ input: [UInt8], _ position: inout Int, entry: Int, _ extent: RecordExtent, _ rows: inout CSVScanner.Sink,
        _ scanner: inout CSVScanner, _ batch: inout SourceBatch, isAtEnd: Bool = false
    ) {
        let offset = scanner.recordOffset
        let line = scanner.recordLine
        if let end = firstBreak(extent, input) {
            let text = Array(bytes(extent, input, upTo: end))
            let isCR = (end < extent.kept ? raw[end] : input[extent.from + end - extent.kept]) == 0x0D
            // Beyond the limits, how far the scanner came depends on the pieces.
            let seen = min(scanner.offset, offset + min(limits.fieldBytes, limits.recordBytes))
            scanner.suspectEnd = max(scanner.suspectEnd, seen)
            if end < extent.kept {
                putBack(Array(raw[(end + 1)...]))
                position = entry
            } else {
                position = extent.from + end - extent.kept + 1
            }
            drop(&rows, scanner)
            scanner.go(toOffset: offset + end + 1, line: line + 1, followsCR: isCR)
            refuse(text, line: line, offset: offset, &scanner, &batch)
        } else if scanner.mode == .broken || scanner.mode == .recordStart || isAtEnd {
            let text = bytes(extent, input)
            drop(&rows, scanner)
            scanner.go(toOffset: scanner.offset, line: scanner.line, followsCR: scanner.followsCR)
            refuse(text, line: line, offset: offset, &scanner, &batch)
        } else {
            // The rest of the line is still to come.
            if isCut {
                cut.bytes.removeAll(keepingCapacity: true)
                cut.ends.removeAll(keepingCapacity: true)
            } else {
                drop(&rows, scanner)
            }
            scanner.mode = .broken
        }
    }

    private func bytes(_ extent: RecordExtent, _ input: [UInt8], upTo end: Int) -> [UInt8] {
        if extent.kept == 0 { return Array(input[extent.from..<extent.from + end]) }
        return end <= extent.kept ? Array(raw[..<end]) : raw + input[extent.from..<extent.from + end - extent.kept]
    }

    /// Makes a line a defect, or a part of the last one when it is no row of its own.
    private mutating func refuse(
        _ text: [UInt8], line: Int, offset: Int, _ scanner: inout CSVScanner, _ batch: inout SourceBatch
    ) {
        let reading = CSVLine.lenient(text[...], scanner.dialect)
        if isLost, var row = held, !fits(reading.fields) {
            if row.text.count + text.count < Self.heldBytes {
                held = nil
                row.text.append(0x0A)
                row.text += text
                row.others += 1
                held = row
                return
            }
        }
        flushHeld(&batch)
        held = BrokenRow(line: line, offset: offset, isOpen: reading.isOpen, text: text)
        isLost = reading.isOpen || !fits(reading.fields)
        if isLost { scanner.expected = -1 } else { find(&scanner, &batch) }
    }

    /// Adds the defect that waited for lines that belong to it.
    mutating func flushHeld(_ batch: inout SourceBatch) {
        guard let row = held else { return }
        held = nil
        add("malformed_quote", row.message, line: row.line, offset: row.offset, row.text, &batch)
    }

    /// Lines are rows again.
    mutating func find(_ scanner: inout CSVScanner, _ batch: inout SourceBatch) {
        flushHeld(&batch)
        isLost = false
        scanner.expected = columns.count
    }

    /// Whether a record of several lines is rather as many rows, the first of which has a quote too many.
    func linesFit(_ record: [UInt8], _ scanner: CSVScanner) -> Bool {
        let lines = record.split { $0 == 0x0A || $0 == 0x0D }
        // The last one has the quote that seemed to close, unless there is no other.
        return lines.count > 1
            && lines[1..<max(2, lines.count - 1)].allSatisfy { line in
                let reading = CSVLine.lenient(line, scanner.dialect)
                return !reading.isOpen && fits(reading.fields)
            }
    }

    private func fits(_ fields: Int) -> Bool { required...max(required, columns.count) ~= fields }
}

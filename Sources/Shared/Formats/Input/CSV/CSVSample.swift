internal import JobCore

/// A record of the beginning of a file.
struct SampleRecord {
    /// Line from 0, and offset in the sample.
    let line: Int
    let offset: Int
    /// Its quotes are as they should be.
    let isSound: Bool
    let cells: [[UInt8]]

    /// Cells up to the last one that is not blank.
    var used: Int { (cells.lastIndex { !BlankText.isBlank($0, from: 0, to: $0.count) } ?? -1) + 1 }

    /// Cells that are in quotes of that kind.
    func quoted(by quote: UInt8) -> Int { cells.count { $0.count >= 2 && $0.first == quote && $0.last == quote } }

    /// Whether the cells could be names: each one there, none twice, no numbers and addresses.
    var looksLikeHeader: Bool {
        let names = cells.prefix(used)
        return Set(names).count == names.count
            && names.allSatisfy { name in
                let text = name.filter { $0 != 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
                guard let first = text.first, text.count <= 64 else { return false }
                return !(0x30...0x39 ~= first) && !text.contains(UInt8(ascii: "@"))
            }
    }
}

/// The first records of a file, read by a dialect.
enum CSVSample {
    /// Records that are looked at.
    private static let count = 32

    /// The records of a sample; one that the sample cuts off does not count unless it is the first.
    static func records(_ sample: [UInt8], _ dialect: CSVDialect, isWhole: Bool) -> [SampleRecord] {
        var records: [SampleRecord] = []
        let input = isWhole ? sample + [0x0A] : sample
        var scanner = CSVScanner(dialect: dialect, limits: ReaderLimits(columns: Int.max), offset: 0, line: 0)
        var sink = CSVScanner.Sink()
        var lines: [Int] = []
        var offsets: [Int] = []
        var position = 0
        while position < input.count && records.count < count {
            let event = unsafe input.withUnsafeBufferPointer { input in
                unsafe scanner.scan(
                    input, &position, to: input.count, sink: &sink, fullBytes: Int.max, fullFields: Int.max,
                    lines: &lines, offsets: &offsets)
            }
            let isComplete = scanner.mode == .recordStart
            if !isComplete || !BlankText.isBlank(sink.bytes, from: 0, to: sink.bytes.count) {
                if case .exhausted = event, !isComplete, !isWhole, !records.isEmpty { break }
                if !isComplete { sink.ends.append(CellEnd(sink.bytes.count)) }
                records.append(
                    SampleRecord(
                        line: scanner.recordLine, offset: scanner.recordOffset, isSound: isComplete,
                        cells: CSVRow(sink, fields: 0, bytes: 0).fields))
            }
            if !isComplete {
                // The line behind the broken one.
                let start = scanner.recordOffset
                position = input[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? input.count
                scanner.go(toOffset: position, line: scanner.recordLine, followsCR: false)
            }
            sink.bytes.removeAll()
            sink.ends.removeAll()
        }
        return records
    }
}

/// The line `sep=;` with which spreadsheets tell each other what separates fields.
struct SeparatorLine {
    /// Bytes of the file's beginning that tell whether it is there, behind a byte order mark.
    static let sampleBytes = 10
    let delimiter: UInt8
    /// Bytes of the line with its end.
    let count: Int

    /// The line at the beginning of the bytes; nil when they begin otherwise.
    init?(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count >= 6, bytes.prefix(4).map({ $0 == 0x3D ? $0 : $0 | 0x20 }) == Array("sep=".utf8) else {
            return nil
        }
        let delimiter = bytes[start + 4]
        guard delimiter == 0x09 || (delimiter > 0x20 && delimiter < 0x7F && delimiter != UInt8(ascii: "\"")) else {
            return nil
        }
        switch bytes[start + 5] {
        case 0x0A: count = 6
        case 0x0D: count = bytes.count > 6 && bytes[start + 6] == 0x0A ? 7 : 6
        default: return nil
        }
        self.delimiter = delimiter
    }
}

/// What a character would make of the beginning of a file if it separated fields.
package struct DelimiterCandidate: Sendable, Equatable {
    package let delimiter: UInt8
    /// Fields of the first record.
    package let columns: Int
    /// Records with as many fields, of so many.
    package let agreeing: Int
    package let records: Int

    fileprivate var share: Double { Double(agreeing) / Double(records) }
}

/// Finds out what separates the fields of a CSV file.
enum DelimiterGuess {
    /// Bytes of the file's beginning that are looked at.
    static let sampleBytes = 1 << 14
    /// Records of the sample that are looked at.
    private static let sampleRecords = 32
    /// In order of preference.
    private static let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]

    /// The candidate that splits the most records as it splits the first one; of equals, the one with most columns.
    ///
    /// A file of one column gets the comma.
    static func delimiter(of candidates: [DelimiterCandidate]) -> UInt8 {
        var best = DelimiterCandidate(delimiter: UInt8(ascii: ","), columns: 1, agreeing: 0, records: 1)
        for candidate in candidates where candidate.columns > 1 {
            if candidate.share > best.share || (candidate.share == best.share && candidate.columns > best.columns) {
                best = candidate
            }
        }
        return best.delimiter
    }

    /// What each character would make of the sample; `isWhole` says that the file ends with it.
    static func candidates(of sample: [UInt8], quote: UInt8, isWhole: Bool) -> [DelimiterCandidate] {
        candidates.compactMap { candidate in
            let counts = fieldCounts(sample, delimiter: candidate, quote: quote, isWhole: isWhole)
            guard let columns = counts.first else { return nil }
            return DelimiterCandidate(
                delimiter: candidate, columns: columns, agreeing: counts.count { $0 == columns }, records: counts.count)
        }
    }

    /// Fields of each record by the rules of the reader; a record the sample cuts off does not count unless it is first.
    private static func fieldCounts(_ sample: [UInt8], delimiter: UInt8, quote: UInt8, isWhole: Bool) -> [Int] {
        var counts: [Int] = []
        var fields = 0
        var isQuoted = false
        var isFieldStart = true
        var hasJustClosed = false
        for byte in sample {
            if byte == quote && (isFieldStart || isQuoted || hasJustClosed) {
                // A doubled quote leaves and enters again.
                hasJustClosed = isQuoted
                isQuoted.toggle()
                if fields == 0 { fields = 1 }
                isFieldStart = false
                continue
            }
            hasJustClosed = false
            if isQuoted {
                continue
            } else if byte == 0x0A || byte == 0x0D {
                if fields > 0 { counts.append(fields) }
                if counts.count == sampleRecords { return counts }
                fields = 0
                isFieldStart = true
            } else {
                if fields == 0 { fields = 1 }
                isFieldStart = byte == delimiter
                if isFieldStart { fields += 1 }
            }
        }
        if fields > 0 && (isWhole || counts.isEmpty) { counts.append(fields) }
        return counts
    }
}

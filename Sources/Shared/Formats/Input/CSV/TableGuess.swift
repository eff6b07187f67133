/// What the records of a sample are as a table: one of them the header, those below it rows.
struct TableGuess {
    /// Records that may stand above a header.
    private static let mostTitles = 20

    let header: SampleRecord
    /// Fields of the header.
    let columns: Int
    /// The header and the rows that have as many fields, of so many.
    let agreeing: Int
    let records: Int
    /// Records whose quotes are not as they should be.
    let broken: Int
    /// Fields up to the last one with text.
    let used: Int
    private let all: ArraySlice<SampleRecord>

    var share: Double { Double(agreeing) / Double(records) }

    /// The table whose header is the first record, or the first one below lines that are no part of a table.
    init?(_ records: [SampleRecord], skips: Bool) {
        guard let first = records.first else { return nil }
        var start = 0
        if skips && !Self.agrees(first, records.dropFirst()) {
            start = (1..<max(1, min(records.count, Self.mostTitles))).first { Self.isHeader(records, at: $0) } ?? 0
        }
        all = records[start...]
        header = records[start]
        columns = header.cells.count
        self.records = all.count
        let found = header
        agreeing = all.count { Self.fits($0, found) }
        broken = all.count { !$0.isSound }
        used = all.dropFirst().reduce(0) { max($0, $1.used) }
    }

    private static func fits(_ record: SampleRecord, _ header: SampleRecord) -> Bool {
        guard record.isSound else { return false }
        return record.cells.count == header.cells.count
            || (record.used <= header.cells.count && record.cells.count >= header.used)
    }

    /// Whether a first record is a header for most of the others, with names of more than one column.
    private static func agrees(_ first: SampleRecord, _ others: ArraySlice<SampleRecord>) -> Bool {
        guard first.used > 1 || first.cells.count < 3 else { return false }
        return others.isEmpty || others.count { fits($0, first) } * 2 >= others.count
    }

    /// Whether everything speaks for it that the record is the header and those above it are titles.
    private static func isHeader(_ records: [SampleRecord], at index: Int) -> Bool {
        let header = records[index]
        let rows = records[(index + 1)...]
        guard header.isSound, header.used > 1, header.looksLikeHeader, !rows.isEmpty,
            records[..<index].allSatisfy({ $0.used < header.used })
        else { return false }
        return rows.count { fits($0, header) } * 10 >= rows.count * 9
    }

    /// Whether it explains more of the sample, or as much in more columns.
    func isBetter(than other: TableGuess, orWider: Bool) -> Bool {
        share > other.share || (orWider && share == other.share && columns > other.columns)
    }

    /// What the delimiter made of the sample.
    func candidate(_ delimiter: UInt8) -> DelimiterCandidate {
        DelimiterCandidate(delimiter: delimiter, columns: columns, agreeing: agreeing, records: records)
    }

    /// Whether all of the header, or some of each row, is in quotes of that kind.
    func isQuoted(by quote: UInt8) -> Bool {
        if header.quoted(by: quote) == header.cells.count { return true }
        let rows = all.dropFirst()
        return rows.count > 1
            && rows.allSatisfy { row in row.cells.contains { $0.count >= 2 && $0.first == quote } }
    }

    /// Whether a field of the table begins with blanks and a quote.
    func hasBlankBefore(_ quote: UInt8) -> Bool {
        all.contains { record in
            Self.fits(record, header) && record.cells.contains { $0.first == 0x20 && $0.first { $0 != 0x20 } == quote }
        }
    }

    /// Whether every field behind a delimiter begins with a blank, in more than one record.
    var beginsWithBlanks: Bool {
        guard columns > 1, all.count > 1 else { return false }
        var count = 0
        for record in all where record.isSound {
            for cell in record.cells.dropFirst() where !BlankText.isBlank(cell, from: 0, to: cell.count) {
                if cell.first != 0x20 { return false }
                count += 1
            }
        }
        return count > 1
    }
}

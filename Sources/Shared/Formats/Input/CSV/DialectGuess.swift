/// What a character would make of the beginning of a file if it separated fields.
package struct DelimiterCandidate: Sendable, Equatable {
    package let delimiter: UInt8
    /// Fields of the header.
    package let columns: Int
    /// Records from the header on that have as many fields, of so many.
    package let agreeing: Int
    package let records: Int
}

/// Finds out how the fields of a CSV file are separated and quoted, and where its header is.
struct DialectGuess {
    /// Bytes of the file's beginning that are looked at.
    static let sampleBytes = 1 << 14
    /// In order of preference.
    private static let delimiters = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]

    private(set) var dialect: CSVDialect
    /// One for each delimiter that was looked at; empty when it was told.
    private(set) var candidates: [DelimiterCandidate] = []
    /// Lines above the header, and their bytes.
    private(set) var skippedLines = 0
    private(set) var skippedBytes = 0
    /// Fields up to the last one with text, in any record from the header on.
    private(set) var usedColumns = 0

    /// Looks at the beginning of a file; `isWhole` says that the file ends with it.
    init(_ sample: [UInt8], _ options: CSVReaderOptions, delimiter told: UInt8?, isWhole: Bool) {
        let skips = options.skipLines == nil && options.hasHeader
        func table(_ dialect: CSVDialect) -> TableGuess? {
            TableGuess(CSVSample.records(sample, dialect, isWhole: isWhole), skips: skips)
        }
        var best: TableGuess?
        dialect = CSVDialect(
            delimiter: told ?? UInt8(ascii: ","), quote: options.quote ?? UInt8(ascii: "\""),
            escapes: options.escape == .backslash)
        for delimiter in told.map({ [$0] }) ?? Self.delimiters {
            let (found, guess) = Self.variant(of: delimiter, sample, options, table)
            guard let guess else { continue }
            if told == nil { candidates.append(guess.candidate(delimiter)) }
            guard told != nil || guess.columns > 1 else { continue }
            if let best, !guess.isBetter(than: best, orWider: true) { continue }
            best = guess
            dialect = found
        }
        // A file of one column is one of commas.
        guard let best = best ?? table(dialect) else { return }
        skippedLines = best.header.line
        skippedBytes = best.header.offset
        usedColumns = best.used
        var plain = dialect
        plain.blanks = .text
        if options.recognisesBlanks, table(plain)?.beginsWithBlanks == true { dialect.blanks = .behindDelimiters }
    }

    /// The dialect with that delimiter which reads the sample best; of equals, the plainest.
    private static func variant(
        of delimiter: UInt8, _ sample: [UInt8], _ options: CSVReaderOptions, _ table: (CSVDialect) -> TableGuess?
    ) -> (CSVDialect, TableGuess?) {
        var dialect = CSVDialect(
            delimiter: delimiter, quote: options.quote ?? UInt8(ascii: "\""), escapes: options.escape == .backslash)
        var best = table(dialect)
        func contains(_ first: UInt8, _ second: UInt8) -> Bool {
            sample.indices.dropLast().contains { sample[$0] == first && sample[$0 + 1] == second }
        }
        func attempt(_ other: CSVDialect, _ isEnough: (TableGuess, TableGuess) -> Bool) {
            guard let found = table(other), let plain = best, isEnough(found, plain) else { return }
            dialect = other
            best = found
        }
        let single = UInt8(ascii: "'")
        if options.quote == nil, delimiter != single, let plain = best, plain.isQuoted(by: single) {
            var other = dialect
            other.quote = single
            attempt(other) { found, plain in
                found.broken == 0 && found.share >= plain.share
            }
        }
        let quote = dialect.quote
        if options.escape == .auto && contains(UInt8(ascii: "\\"), quote) {
            var other = dialect
            other.escapes = true
            attempt(other) { found, plain in found.isBetter(than: plain, orWider: false) }
        }
        if options.recognisesBlanks && (contains(0x20, quote) || contains(quote, 0x20)) {
            var other = dialect
            other.blanks = .aroundQuotes
            attempt(other) { found, plain in
                found.isBetter(than: plain, orWider: false)
                    || (found.share == plain.share && found.broken <= plain.broken && plain.hasBlankBefore(quote))
            }
        }
        return (dialect, best)
    }
}

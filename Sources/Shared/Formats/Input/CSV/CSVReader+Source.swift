package import JobCore

extension CSVReader: SourceReader {
    package var findings: SourceFindings? {
        guard let delimiter, let traits else { return nil }
        var found = SourceFindings()
        found.delimiter = SourceFindings.Finding(
            text: Self.text(delimiter),
            by: options.delimiter != nil ? .spec : delimiterCandidates.isEmpty ? .sep : .content)
        found.delimiterCandidates = delimiterCandidates
        found.quote = SourceFindings.Finding(
            text: Self.text(traits.quote), by: options.quote == nil ? .content : .spec)
        found.escape = SourceFindings.Finding(
            text: (traits.isBackslashEscaped ? CSVEscape.backslash : .quote).rawValue,
            by: options.escape == .auto ? .content : .spec)
        found.leavesOutBlanks = traits.hasBlanks
        found.skippedLines = traits.skippedLines
        return found
    }

    private static func text(_ byte: UInt8) -> String { String(decoding: [byte], as: UTF8.self) }

    package mutating func complete(_ batch: inout SourceBatch) {
        guard let delimiter else { return }
        // A guarded file has the apostrophes in any case, and behind them what its source had.
        let isGuarded = options.isGuarded(batch.columns)
        if isGuarded { batch.removeFormulaGuards(delimiter: delimiter) }
        if options.formulas != .raw { batch.unwrapFormulas() }
        // Text that an export has guarded is meant as it is.
        if options.formulas == .unescape && !isGuarded { batch.removeFormulaGuards(delimiter: delimiter) }
    }
}

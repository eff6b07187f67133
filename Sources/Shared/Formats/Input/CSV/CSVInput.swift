package import JobCore

/// CSV as a format of sources: what is left when nothing else is recognised.
package struct CSVInput: InputFormat {
    package init() {}

    package var name: String { "csv" }

    package var options: [FormatOption] {
        [
            FormatOption("delimiter", .orAuto(.separator), "Default auto"),
            FormatOption("quote", .text(1), "Default \", or ' where the file has its fields in them"),
            FormatOption(
                "escape", .choice(CSVEscape.allCases.map(\.rawValue)),
                "Quotes inside quotes are doubled (quote) or have a backslash in front; default auto"),
            FormatOption("skipLines", .orAuto(.number(0...100_000)), "Lines above the header; default auto"),
            FormatOption(
                "encoding", .choice(["auto"] + TextEncoding.allCases.map(\.rawValue)),
                "Default auto: UTF-8, or UTF-16 with a byte order mark or without"),
            FormatOption("header", .flag, "Default true"),
            FormatOption(
                "formulas", .choice(["raw", "unescape"]),
                "unescape: take away the apostrophes of an export with formulas escape; raw: read even "
                    + "=\"007\" as it stands; default: only that is 007"),
        ]
    }

    package func faults(of options: JSONValue) -> [(option: String, problem: String)] {
        var faults: [(option: String, problem: String)] = []
        let read = CSVReaderOptions(spec: options)
        if let quote = options.text("quote"), read.quote == nil {
            let found = JSONValue.string(quote).serialized()
            faults.append(("quote", "found the string \(found), expected one ASCII character"))
        }
        if let delimiter = read.delimiter, delimiter == read.quote ?? UInt8(ascii: "\"") {
            faults.append(("delimiter", "is the quote character"))
        }
        return faults
    }

    /// Nothing in the first bytes tells it.
    package func recognises(_ beginning: [UInt8]) -> Bool { false }

    package func reader(_ opening: SourceOpening) -> any SourceReader {
        var options = CSVReaderOptions(spec: opening.options)
        options.sourceEncoding = opening.encoding
        options.isGuarded = opening.isGuarded
        if opening.prefersSmallBatches { options.batchBytes = 1 << 18 }
        return CSVReader(options: options)
    }
}

extension CSVReaderOptions {
    /// What a spec says; where it is wrong, the default.
    package init(spec options: JSONValue) {
        self.init(
            delimiter: options.text("delimiter").flatMap { $0 == "auto" ? nil : $0.utf8.first },
            escape: options.text("escape").flatMap(CSVEscape.init(rawValue:)) ?? .auto,
            skipLines: options.integer("skipLines"), hasHeader: options.flag("header") ?? true,
            formulas: CSVFormulas(spec: options.text("formulas")))
        if let text = options.text("quote"), let byte = text.utf8.first, text.utf8.count == 1, byte > 0x20, byte < 0x7F
        {
            quote = byte
        }
    }
}

/// What becomes of text that a spreadsheet would run, or was kept from running.
package enum CSVFormulas: Sendable {
    /// It stays as it is.
    case raw
    /// `="007"` is 007.
    case unwrap
    /// The apostrophes are taken away too that an export put in front of text like a formula.
    case unescape

    fileprivate init(spec: String?) {
        self =
            switch spec {
            case "raw": .raw
            case "unescape": .unescape
            default: .unwrap
            }
    }
}

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

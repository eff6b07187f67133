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

package import JobCore

/// CSV as a format of results (RFC 4180).
package struct CSVOutput: OutputFormat {
    package init() {}

    package var name: String { "csv" }
    package var contentType: String { "text/csv" }

    package var options: [FormatOption] {
        [
            FormatOption("delimiter", .separator, "Default ,"), FormatOption("header", .flag, "Default true"),
            FormatOption("bom", .flag, "UTF-8 byte order mark for spreadsheets; default false"),
            FormatOption("nulls", .text(16), "Text for null; default empty"),
            FormatOption(
                "formulas", .choice(FormulaPolicy.allCases.map(\.rawValue)),
                "escape puts an apostrophe wherever a spreadsheet would run the text; default raw"),
        ]
    }

    package func faults(of options: JSONValue) -> [(option: String, problem: String)] {
        var faults: [(option: String, problem: String)] = []
        if (options.text("nulls") ?? "").utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0x22 }) {
            faults.append(("nulls", "may not hold quotes or line ends"))
        }
        if CSVWriterOptions(spec: options).formulas == .escape, let delimiter = options.text("delimiter"),
            "=+-@'".contains(delimiter)
        {
            faults.append(("delimiter", "begins a formula, or what keeps text from being one"))
        }
        return faults
    }

    package func writer(of columns: [Column], _ options: JSONValue) -> any RowWriter {
        CSVWriter(columns: columns, options: CSVWriterOptions(spec: options))
    }

    package func counter(_ options: JSONValue) -> any RowCounting {
        let written = CSVWriterOptions(spec: options)
        var options = CSVReaderOptions()
        options.hasHeader = written.header
        options.delimiter = written.delimiter
        return ReaderCounter(CSVReader(options: options))
    }
}

extension CSVWriterOptions {
    /// What a spec says, which was checked.
    package init(spec options: JSONValue) {
        self.init(
            delimiter: options.text("delimiter")?.utf8.first ?? UInt8(ascii: ","),
            header: options.flag("header") ?? true, bom: options.flag("bom") ?? false,
            nulls: options.text("nulls") ?? "",
            formulas: options.text("formulas").flatMap { FormulaPolicy(rawValue: $0) } ?? .raw)
    }
}

/// How a CSV file is written.
package struct CSVWriterOptions: Sendable {
    /// ASCII character between fields.
    package var delimiter: UInt8
    /// Whether the first record holds the column names.
    package var header: Bool
    /// Whether the file starts with the UTF-8 byte order mark.
    package var bom: Bool
    /// What stands for null; written as it is, never quoted.
    package var nulls: String
    /// What happens to text a spreadsheet would take for a formula.
    package var formulas: FormulaPolicy

    /// Options, each at its default unless given.
    package init(
        delimiter: UInt8 = UInt8(ascii: ","), header: Bool = true, bom: Bool = false, nulls: String = "",
        formulas: FormulaPolicy = .raw
    ) {
        self.delimiter = delimiter
        self.header = header
        self.bom = bom
        self.nulls = nulls
        self.formulas = formulas
    }
}

/// What a CSV writer does with text a spreadsheet would take for a formula.
package enum FormulaPolicy: String, Sendable, CaseIterable {
    /// Text is written as it is.
    case raw
    /// Text that begins like a formula gets an apostrophe in front.
    case escape
}

/// A line or record as it stands in the file, for the few that need a closer look.
enum CSVLine {
    /// What the fields of a line are when a quote closes only in front of a delimiter or at the end.
    struct Reading {
        var fields = 1
        /// The last field has a quote that is not closed.
        var isOpen = false
    }

    /// Reads a line that is no row by the rules, as its writer may have meant it.
    static func lenient(_ line: ArraySlice<UInt8>, _ dialect: CSVDialect) -> Reading {
        var reading = Reading()
        var isFieldStart = true
        var at = line.startIndex
        while at < line.endIndex {
            let byte = line[at]
            let next = at + 1 < line.endIndex ? line[at + 1] : dialect.delimiter
            at += 1
            if reading.isOpen {
                if byte == UInt8(ascii: "\\") && dialect.escapes {
                    at += 1
                } else if byte == dialect.quote {
                    if next == dialect.delimiter || next == 0x20 && dialect.blanks != .text {
                        reading.isOpen = false
                    } else if next == dialect.quote {
                        at += 1
                    }
                }
            } else if byte == dialect.delimiter {
                reading.fields += 1
                isFieldStart = true
            } else if byte == dialect.quote && isFieldStart {
                reading.isOpen = true
                isFieldStart = false
            } else if byte != 0x20 || dialect.blanks == .text {
                isFieldStart = false
            }
        }
        return reading
    }

    /// Whether a quote inside the text of one unquoted field and one at the end of a later one enclose a delimiter, as in
    /// `5"p, q",r`: then the writer meant one field where the reader finds two.
    static func isShifted(_ record: ArraySlice<UInt8>, _ dialect: CSVDialect) -> Bool {
        var hasOpened = false
        var isQuoted = false
        var isFieldStart = true
        var start = record.startIndex
        var at = start
        while at <= record.endIndex {
            let byte = at < record.endIndex ? record[at] : dialect.delimiter
            let isEnd = at == record.endIndex
            at += 1
            if isQuoted && !isEnd {
                if byte == UInt8(ascii: "\\") && dialect.escapes {
                    at += 1
                } else if byte == dialect.quote {
                    if at < record.endIndex && record[at] == dialect.quote { at += 1 } else { isQuoted = false }
                }
            } else if byte == dialect.delimiter {
                let text = record[start..<at - 1]
                if !text.isEmpty && text.count(where: { $0 == dialect.quote }) % 2 == 1 {
                    if hasOpened && text.last(where: { $0 != 0x20 }) == dialect.quote { return true }
                    hasOpened = hasOpened || opens(text, dialect.quote)
                }
                isFieldStart = true
                start = at
            } else if byte == dialect.quote && isFieldStart {
                isQuoted = true
                isFieldStart = false
            } else if byte != 0x20 || dialect.blanks == .text {
                isFieldStart = false
            }
        }
        return false
    }

    /// Whether text follows a quote directly.
    private static func opens(_ text: ArraySlice<UInt8>, _ quote: UInt8) -> Bool {
        text.indices.dropLast().contains { text[$0] == quote && text[$0 + 1] != 0x20 && text[$0 + 1] != quote }
    }
}

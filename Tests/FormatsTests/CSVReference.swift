import JobCore

/// One row of a source file, as plain as it can be.
struct ReadRow: Equatable {
    var fields: [String?]
    var line: Int
    var offset: Int
    /// Code of the defect, `nil` for a good row.
    var defect: String?
}

/// What a reader made of a whole file.
struct ReadResult: Equatable {
    var columns: [String] = []
    var rows: [ReadRow] = []
    /// Code of the error that ended the reading.
    var error: String?
}

/// CSV by the rules, one byte at a time over the whole input.
///
/// Slow and obvious on purpose.
func referenceCSV(_ bytes: [UInt8], delimiter: UInt8, quote: UInt8 = 0x22, hasHeader: Bool = true) -> ReadResult {
    struct Field {
        var bytes: [UInt8] = []
        var wasQuoted = false
    }
    var result = ReadResult()
    var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 1

    func isEnd(_ index: Int) -> Bool { index == bytes.count || bytes[index] == 0x0A || bytes[index] == 0x0D }
    func isText(_ field: Field) -> Bool { String(validating: field.bytes, as: UTF8.self) != nil }

    /// Lines that end within a range: at CR, and at LF unless it follows CR.
    func lineEnds(_ range: Range<Int>) -> Int {
        range.count { bytes[$0] == 0x0D || (bytes[$0] == 0x0A && ($0 == 0 || bytes[$0 - 1] != 0x0D)) }
    }

    while true {
        while at < bytes.count && isEnd(at) {
            line += lineEnds(at..<at + 1)
            at += 1
        }
        if at == bytes.count { break }
        let start = at
        var fields = [Field()]
        while true {
            // One field, from its first byte.
            if at < bytes.count && bytes[at] == quote {
                fields[fields.count - 1].wasQuoted = true
                at += 1
                while true {
                    if at == bytes.count {
                        result.error = "unterminated_quote"
                        return result
                    }
                    if bytes[at] == quote {
                        if at + 1 < bytes.count && bytes[at + 1] == quote {
                            fields[fields.count - 1].bytes.append(quote)
                            at += 2
                        } else {
                            at += 1
                            break
                        }
                    } else {
                        fields[fields.count - 1].bytes.append(bytes[at])
                        at += 1
                    }
                }
            }
            while !isEnd(at) && bytes[at] != delimiter {
                fields[fields.count - 1].bytes.append(bytes[at])
                at += 1
            }
            if isEnd(at) { break }
            fields.append(Field())
            at += 1
        }
        let texts = fields.map { String(decoding: $0.bytes, as: UTF8.self) }
        if result.columns.isEmpty && hasHeader {
            guard fields.allSatisfy(isText) else {
                result.error = "invalid_utf8"
                return result
            }
            guard !fields.contains(where: { $0.bytes.contains(0) }) else {
                result.error = "nul_byte"
                return result
            }
            for (index, text) in texts.enumerated() {
                var scalars = text.unicodeScalars[...]
                func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || ("\t"..."\r").contains(scalar) }
                while let first = scalars.first, isSpace(first) { scalars.removeFirst() }
                while let last = scalars.last, isSpace(last) { scalars.removeLast() }
                let name = scalars.isEmpty ? "column_\(index + 1)" : String(scalars)
                if result.columns.contains(where: { Array($0.utf8) == Array(name.utf8) }) {
                    result.columns = []
                    result.error = "duplicate_column"
                    return result
                }
                result.columns.append(name)
            }
        } else {
            if result.columns.isEmpty { result.columns = fields.indices.map { "column_\($0 + 1)" } }
            var row = ReadRow(fields: texts, line: line, offset: start)
            if fields.count != result.columns.count {
                row.defect = "ragged_row"
            } else if !fields.allSatisfy(isText) {
                row.defect = "invalid_utf8"
            } else if fields.contains(where: { $0.bytes.contains(0) }) {
                row.defect = "nul_byte"
            } else {
                row.fields = fields.indices.map { fields[$0].bytes.isEmpty && !fields[$0].wasQuoted ? nil : texts[$0] }
            }
            result.rows.append(row)
        }
        line += lineEnds(start..<at)
    }
    if result.columns.isEmpty { result.error = "source_empty" }
    return result
}

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

/// CSV by the rules, over the whole input at once.
///
/// Slow and obvious on purpose: every record is read on to its end, however often that was done before.
struct ReferenceCSV {
    private struct Field {
        var bytes: [UInt8] = []
        var wasQuoted = false
        /// As it stands in the file.
        var source: [UInt8] = []
    }

    private enum Record {
        case complete([Field], end: Int)
        /// Text behind a closing quote.
        case malformed
        case open
    }

    private struct Held {
        let line: Int
        let offset: Int
        var text: [UInt8]
    }

    /// Error of a file whose last column has no name: whether it is one depends on the first rows.
    static let undecided = "undecided"

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private let quote: UInt8
    private let hasHeader: Bool
    private var result = ReadResult()
    private var header: [[UInt8]] = []
    private var held: Held?
    private var isLost = false
    private var suspectEnd = 0

    static func read(
        _ bytes: [UInt8], delimiter: UInt8, quote: UInt8 = 0x22, hasHeader: Bool = true
    ) -> ReadResult {
        var reference = ReferenceCSV(bytes, delimiter, quote, hasHeader)
        reference.run()
        return reference.result
    }

    private init(_ bytes: [UInt8], _ delimiter: UInt8, _ quote: UInt8, _ hasHeader: Bool) {
        self.bytes = bytes
        self.delimiter = delimiter
        self.quote = quote
        self.hasHeader = hasHeader
    }

    private mutating func run() {
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        var counted = at
        while true {
            while at < bytes.count && isEnd(at) { at += 1 }
            line += lineEnds(counted..<at)
            counted = at
            if at == bytes.count { break }
            let lineEnd = (at..<bytes.count).first(where: isEnd) ?? bytes.count
            var next = lineEnd
            switch record(at) {
            case .open where result.columns.isEmpty: return fail("unterminated_quote")
            case .malformed where result.columns.isEmpty: return fail("malformed_quote")
            case .open, .malformed: refuse(Array(bytes[at..<lineEnd]), line, at)
            case .complete(_, let end) where end > lineEnd && lineEnd + 1 < suspectEnd:
                refuse(Array(bytes[at..<lineEnd]), line, at)
            case .complete(let fields, let end):
                if let code = take(fields, from: at, to: end, line) {
                    if code != "broken" { return fail(code) }
                    if end > lineEnd { suspectEnd = max(suspectEnd, end + 1) }
                    refuse(Array(bytes[at..<lineEnd]), line, at)
                } else {
                    next = end
                }
            }
            at = next
        }
        flush()
        if result.columns.isEmpty { result.error = "source_empty" }
    }

    private mutating func fail(_ code: String) {
        result.columns = []
        result.error = code
    }

    /// The header again: the same names, whatever their order and the case of their letters.
    private func isHeader(_ fields: [Field]) -> Bool {
        func names(_ fields: [[UInt8]]) -> [String: Int] {
            fields.reduce(into: [:]) { counts, field in
                let text = field.map { (0x41...0x5A).contains($0) ? String($0 + 0x20) : String($0) }
                counts[text.joined(separator: " "), default: 0] += 1
            }
        }
        return fields.count == header.count && names(fields.map(\.bytes)) == names(header)
    }

    /// Takes a complete record; `broken` when it is none, or the code of a failure.
    private mutating func take(_ fields: [Field], from start: Int, to end: Int, _ line: Int) -> String? {
        if fields.allSatisfy({ isBlank($0.bytes) }) { return nil }
        let isText = fields.allSatisfy { String(validating: $0.bytes, as: UTF8.self) != nil }
        let hasNUL = fields.contains { $0.bytes.contains(0) }
        if result.columns.isEmpty {
            result.columns = fields.indices.map { "column_\($0 + 1)" }
            if hasHeader {
                if !isText { return "invalid_utf8" }
                if hasNUL { return "nul_byte" }
                header = fields.map(\.bytes)
                if isBlank(header.last ?? []) { return Self.undecided }
                for (index, name) in header.enumerated() where !isBlank(name) {
                    result.columns[index] = trimmed(String(decoding: name, as: UTF8.self))
                }
                return nil
            }
        }
        var found = fields
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if let first = found.first, first.bytes.starts(with: mark) {
            found[0].bytes.removeFirst(3)
            if found[0].bytes.count >= 2 && found[0].bytes.first == quote && found[0].bytes.last == quote {
                found[0].bytes = Array(found[0].bytes.dropFirst().dropLast())
            }
        }
        let isHeader = hasHeader && (isHeader(found) || isHeader(fields))
        var kept = fields
        while kept.count > result.columns.count, isBlank(kept.last?.bytes ?? []) { kept.removeLast() }
        if !isHeader && kept.count != result.columns.count {
            if isLost || linesFit(start, end) { return "broken" }
            add("ragged_row", start, end, line)
            return nil
        }
        flush()
        isLost = false
        if isHeader {
            add("repeated_header", start, end, line)
        } else if !isText && kept.contains(where: { String(validating: $0.bytes, as: UTF8.self) == nil }) {
            add("invalid_utf8", start, end, line)
        } else if kept.contains(where: { $0.bytes.contains(0) }) {
            add("nul_byte", start, end, line)
        } else if isShifted(fields) {
            add("malformed_quote", start, end, line)
        } else {
            let texts = kept.map { field in
                field.bytes.isEmpty && !field.wasQuoted ? nil : String(decoding: field.bytes, as: UTF8.self)
            }
            result.rows.append(ReadRow(fields: texts, line: line, offset: start))
        }
        return nil
    }

    private mutating func add(_ code: String, _ start: Int, _ end: Int, _ line: Int) {
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        result.rows.append(ReadRow(fields: [text], line: line, offset: start, defect: code))
    }

    private mutating func refuse(_ text: [UInt8], _ line: Int, _ offset: Int) {
        let (fields, isOpen) = lenient(text)
        let fits = fields == result.columns.count
        if isLost, held != nil, !fits {
            held?.text += [0x0A] + text
            return
        }
        flush()
        held = Held(line: line, offset: offset, text: text)
        isLost = isOpen || !fits
        if !isLost { flush() }
    }

    private mutating func flush() {
        guard let row = held else { return }
        held = nil
        let text = String(decoding: row.text, as: UTF8.self)
        result.rows.append(ReadRow(fields: [text], line: row.line, offset: row.offset, defect: "malformed_quote"))
    }

    /// The record that begins there, read to its end.
    private func record(_ start: Int) -> Record {
        var at = start
        var fields: [Field] = []
        while true {
            var field = Field()
            let first = at
            if at < bytes.count && bytes[at] == quote {
                field.wasQuoted = true
                at += 1
                while true {
                    if at == bytes.count { return .open }
                    if bytes[at] != quote {
                        field.bytes.append(bytes[at])
                        at += 1
                    } else if at + 1 < bytes.count && bytes[at + 1] == quote {
                        field.bytes.append(quote)
                        at += 2
                    } else {
                        at += 1
                        break
                    }
                }
                if !isEnd(at) && bytes[at] != delimiter { return .malformed }
            }
            while !isEnd(at) && bytes[at] != delimiter {
                field.bytes.append(bytes[at])
                at += 1
            }
            field.source = Array(bytes[first..<at])
            fields.append(field)
            if isEnd(at) { return .complete(fields, end: at) }
            at += 1
        }
    }

    /// Fields of a line where quotes close only at the end of a field, and whether one does not.
    private func lenient(_ line: [UInt8]) -> (fields: Int, isOpen: Bool) {
        var at = 0
        var fields = 1
        while at < line.count {
            if line[at] == quote {
                at += 1
                while at < line.count && !(line[at] == quote && (at + 1 == line.count || line[at + 1] == delimiter)) {
                    at += line[at] == quote && line[at + 1] == quote ? 2 : 1
                }
                if at >= line.count { return (fields, true) }
                at += 1
            }
            while at < line.count && line[at] != delimiter { at += 1 }
            if at < line.count { fields += 1 }
            at += 1
        }
        return (fields, false)
    }

    private func linesFit(_ start: Int, _ end: Int) -> Bool {
        let lines = bytes[start..<end].split { $0 == 0x0A || $0 == 0x0D }
        return lines.count > 1
            && lines[1..<max(2, lines.count - 1)].allSatisfy { lenient(Array($0)) == (result.columns.count, false) }
    }

    private func isShifted(_ fields: [Field]) -> Bool {
        var hasOpened = false
        for field in fields where !field.wasQuoted && field.source.count(where: { $0 == quote }) % 2 == 1 {
            let text = field.source
            if hasOpened && text.last(where: { $0 != 0x20 }) == quote { return true }
            for (one, next) in zip(text, text.dropFirst()) where one == quote && next != 0x20 && next != quote {
                hasOpened = true
            }
        }
        return false
    }

    private func isEnd(_ index: Int) -> Bool { index == bytes.count || bytes[index] == 0x0A || bytes[index] == 0x0D }

    /// Lines that end within a range: at CR, and at LF unless it follows CR.
    private func lineEnds(_ range: Range<Int>) -> Int {
        range.count { bytes[$0] == 0x0D || (bytes[$0] == 0x0A && ($0 == 0 || bytes[$0 - 1] != 0x0D)) }
    }

    private func isBlank(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }

    private func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || ("\t"..."\r").contains(scalar) }
        while let first = scalars.first, isSpace(first) { scalars.removeFirst() }
        while let last = scalars.last, isSpace(last) { scalars.removeLast() }
        return String(scalars)
    }
}

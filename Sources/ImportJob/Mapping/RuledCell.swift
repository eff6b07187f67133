internal import Formats
internal import JobCore

/// Applies a rule to the text of a cell: the way of everything that is more than one cell of a plain kind.
struct RuledCell: Sendable {
    let cells: CellCanonicaliser
    let keys: KeyGenerator

    /// Appends the canonical value, or nothing and sets `isNull`; else tells what is wrong.
    func append(
        _ row: SourceCells, _ origin: FieldMapping.Origin, _ rule: ValueRule, to output: inout [UInt8],
        isNull: inout Bool
    ) -> CellFault {
        isNull = true
        switch origin {
        case .nowhere: return empty(rule, to: &output, isNull: &isNull)
        case .column(let column):
            if row.isNull(column) { return empty(rule, to: &output, isNull: &isNull) }
            return unsafe append(
                row.text(column), isString: row.isString(column), isLiteral: row.isLiteral(column), rule, to: &output,
                isNull: &isNull)
        case .passedOver(let above, let column):
            if row.isNull(column) || above.allSatisfy({ row.isAbsent($0) }) { return .none }
            return unsafe append(
                row.text(column), isString: row.isString(column), isLiteral: row.isLiteral(column), rule, to: &output,
                isNull: &isNull)
        case .alternatives(let ranks):
            let chosen = row.chosen(ranks)
            guard let column = chosen.first else { return empty(rule, to: &output, isNull: &isNull) }
            if chosen.count > 1, !agree(chosen, row, rule) { return .ambiguousField }
            return unsafe append(
                row.text(column), isString: row.isString(column), isLiteral: row.isLiteral(column), rule, to: &output,
                isNull: &isNull)
        case .generated(let columns):
            let values = columns.map { column in
                column.flatMap { row.isNull($0) ? nil : unsafe String(decoding: row.text($0), as: UTF8.self) }
            }
            isNull = !keys.append(values, to: &output)
            return isNull ? empty(rule, to: &output, isNull: &isNull) : .none
        case .joined(let columns, let separator):
            var text: [UInt8] = []
            for column in columns where !row.isNull(column) {
                let part = unsafe CellCanonicaliser.trim(row.text(column))
                if part.isEmpty { continue }
                if text.count + part.count > RowCanonicaliser.maximumRowBytes { return .rowTooLarge }
                if !text.isEmpty { text += separator.utf8 }
                unsafe text.append(contentsOf: part)
            }
            if text.isEmpty { return empty(rule, to: &output, isNull: &isNull) }
            return unsafe text.withUnsafeBufferPointer {
                unsafe append($0, isString: true, rule, to: &output, isNull: &isNull)
            }
        case .constant(let text):
            var text = text
            return text.withUTF8 { unsafe append($0, isString: true, rule, to: &output, isNull: &isNull) }
        }
    }

    /// Whether the columns have the same value, however it is written.
    private func agree(_ columns: [Int], _ row: SourceCells, _ rule: ValueRule) -> Bool {
        var first: [UInt8]?
        for column in columns {
            var value: [UInt8] = []
            var isNull = true
            let fault = unsafe append(
                row.text(column), isString: row.isString(column), isLiteral: row.isLiteral(column), rule, to: &value,
                isNull: &isNull)
            if fault != .none { return false }
            if isNull { continue }
            if let first, first != value { return false }
            first = value
        }
        return true
    }

    private func empty(_ rule: ValueRule, to output: inout [UInt8], isNull: inout Bool) -> CellFault {
        guard let fallback = rule.fallback else { return rule.isRequired ? .missingValue : .none }
        isNull = false
        output += fallback.utf8
        return .none
    }

    private func append(
        _ cell: UnsafeBufferPointer<UInt8>, isString: Bool, isLiteral: Bool = false, _ rule: ValueRule,
        to output: inout [UInt8],
        isNull: inout Bool
    ) -> CellFault {
        if rule.kind == .json, isString, cells.isJSONSource, rule.isPlain {
            return unsafe cells.append(
                cell, isString: true, isLiteral: isLiteral, .json, to: &output, isNull: &isNull)
        }
        let isText = rule.kind.type == .text
        let trimmed = unsafe CellCanonicaliser.trim(cell)
        let text = unsafe isText && !rule.trims ? cell : trimmed
        if unsafe !isText && text.isEmpty || isNullWord(trimmed, rule) {
            return empty(rule, to: &output, isNull: &isNull)
        }
        if rule.isRequired, trimmed.isEmpty { return empty(rule, to: &output, isNull: &isNull) }
        isNull = false
        guard let letterCase = rule.letterCase else {
            return unsafe convert(text, isString: isString, isLiteral: isLiteral, rule, to: &output, isNull: &isNull)
        }
        let word = unsafe String(decoding: text, as: UTF8.self)
        var changed = letterCase == .upper ? word.uppercased() : word.lowercased()
        return changed.withUTF8 {
            unsafe convert($0, isString: isString, isLiteral: isLiteral, rule, to: &output, isNull: &isNull)
        }
    }

    private func impossibleDate(_ text: UnsafeBufferPointer<UInt8>, _ rule: ValueRule) -> CellFault? {
        for layout in rule.layouts {
            if let date = unsafe layout.impossibleDate(text) { return .impossibleDate(date) }
        }
        return nil
    }

    private func isNullWord(_ text: UnsafeBufferPointer<UInt8>, _ rule: ValueRule) -> Bool {
        if rule.nulls.isEmpty || text.count > 256 { return false }
        return unsafe rule.nulls.contains(String(decoding: text, as: UTF8.self))
    }

    private func convert(
        _ text: UnsafeBufferPointer<UInt8>, isString: Bool, isLiteral: Bool, _ rule: ValueRule,
        to output: inout [UInt8],
        isNull: inout Bool
    ) -> CellFault {
        let zone = rule.zone ?? cells.zone
        switch rule.kind {
        case .timestamp where rule.layouts.isEmpty: return unsafe cells.timestamp(text, zone, to: &output)
        case .timestamp:
            for layout in rule.layouts {
                guard let instant = unsafe layout.instant(text, zone), Timestamp.range.contains(instant) else {
                    continue
                }
                output += Timestamp.format(instant).utf8
                return .none
            }
            return unsafe impossibleDate(text, rule) ?? .invalidTimestamp
        case .date where !rule.layouts.isEmpty:
            for layout in rule.layouts {
                guard let day = unsafe layout.day(text, zone) else { continue }
                output += CalendarDate.format(day).utf8
                return .none
            }
            return unsafe impossibleDate(text, rule) ?? .invalidDate
        case .list:
            let delimiter = rule.delimiter ?? UInt8(ascii: ",")
            return unsafe ListText.append(text, delimiter: delimiter, to: &output) ? .none : .invalidList
        case .bool:
            guard let words = rule.words else { break }
            guard let value = unsafe words.value(text) else { return .invalidBool }
            output += (value ? "true" : "false").utf8
            return .none
        case .int, .decimal, .double:
            // A number of a JSON file is written as JSON has it, whatever its texts are.
            guard let number = rule.number, isString || !cells.isJSONSource else { break }
            guard let plain = unsafe number.plain(text) else { return .invalid(rule.kind) }
            return unsafe plain.withUnsafeBufferPointer {
                unsafe cells.append($0, isString: false, rule.kind, to: &output, isNull: &isNull)
            }
        default: break
        }
        return unsafe cells.append(
            text, isString: isString, isLiteral: isLiteral, rule.kind, to: &output, isNull: &isNull)
    }
}

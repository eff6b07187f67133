internal import JobCore

/// Notes on what is taken for granted because neither the source nor the spec says it.
enum AssumptionNotes {
    private static let firstRows = 1_000

    /// Times that name no zone and are read as UTC: by a format without one, or because they are days alone.
    static func zones(_ mapping: ResolvedMapping, _ batch: SourceBatch) -> [Note] {
        mapping.sourceFields.compactMap { field in
            if field.rule.assumesUTC { return note(field, "times have no zone in their format and are read as UTC") }
            let isOpen = field.rule.kind == .timestamp && field.rule.layouts.isEmpty && field.rule.zone == nil
            guard isOpen, hasDay(batch, field.source) else { return nil }
            return note(field, "days without a time are read as their midnight in UTC")
        }
    }

    /// Numbers that a decimal comma would explain as well, and nothing decides it.
    static func decimals(_ fields: [String]) -> [Note] {
        fields.map { name in
            Note(
                "assumed_decimal_point", at: name,
                "Numbers such as 1.234 are read as little more than one; set 'format' to 1.234,56 if they are thousands."
            )
        }
    }

    private static func note(_ field: SourceField, _ what: String) -> Note {
        Note(
            "assumed_utc", at: field.name,
            "In column '\(field.sourceName.prefix(128))' \(what); set 'timezone' if another is meant.")
    }

    private static func hasDay(_ batch: SourceBatch, _ column: Int) -> Bool {
        batch.rows.withCells { cells in
            (0..<min(cells.rowCount, firstRows)).contains { row in
                let cell = cells[row, column]
                guard cell.count >= 10, cell.count <= 12 else { return false }
                let text = unsafe CellCanonicaliser.trim(cells.text(cell))
                guard case .local(let time) = unsafe TimeText.read(text) else { return false }
                return time.isDate
            }
        }
    }
}

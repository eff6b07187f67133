/// Which column of the source goes where.
struct ReportMapping {
    private let preview: Preview

    init(_ preview: Preview) { self.preview = preview }

    private static let reasons = [
        "mapping": "the spec", "preset": "the preset", "name": "its name", "alias": "a known other name",
        "unmapped": "kept by the spec",
    ]

    var html: String {
        let rows = preview.columns.compactMap { column in column.by.map { row(column, by: $0) } }
        if rows.isEmpty { return "" }
        let preset = preview.preset.map { "<p>Recognised as an export of \(HTMLText.escape($0)).</p>" } ?? ""
        let unmapped = HTMLText.escape(preview.unmapped.joined(separator: ", "))
        let rest = preview.unmapped.isEmpty ? "" : "<p class=\"soft\">Not imported: \(unmapped).</p>"
        return "<section><h2>Which column goes where</h2>\(preset)"
            + ReportTable.html(
                caption: "Columns of the file and the fields they become",
                head: ["In the file", "Field", "Type", "Format", "Decided by"], rows: rows) + rest + "</section>"
    }

    private func row(_ column: PreviewColumn, by reason: String) -> [String] {
        let members = column.members.map { "\(Self.source($0.source)) → .\(HTMLText.escape($0.path))" }
        let source = column.source == .nowhere ? members : [Self.source(column.source)] + members
        let confidence = column.confidence.map { (0..<1).contains($0) ? ", \(Int($0 * 100)) %" : "" }
        return [
            source.joined(separator: "<br>"), "<code>\(HTMLText.escape(column.name))</code>",
            HTMLText.escape(column.type), HTMLText.escape(column.format ?? ""),
            HTMLText.escape((Self.reasons[reason] ?? reason) + (confidence ?? "")),
        ]
    }

    private static func source(_ origin: PreviewOrigin) -> String {
        switch origin {
        case .nowhere: "–"
        case .column(let name): HTMLText.escape(name)
        case .columns(let names): HTMLText.escape(names.joined(separator: " + "))
        case .generated: "always “”"
        case .constant(let text): "always “\(HTMLText.escape(text))”"
        }
    }
}

/// What would change in rows that are there.
struct ReportUpdates {
    private let preview: Preview

    init(_ preview: Preview) { self.preview = preview }

    var html: String {
        var rows: [[String]] = []
        for update in preview.updates {
            let key = update.key.cells.map { HTMLText.escape($0.text ?? "–") }
            for (index, change) in update.changes.enumerated() {
                let before = change.before.map { "<span class=\"before\">\(HTMLText.escape($0))</span>" }
                rows.append([
                    index == 0 ? update.line.map(HTMLText.number) ?? "" : "",
                    index == 0 ? key.joined(separator: ", ") : "",
                    "<code>\(HTMLText.escape(change.column))</code>",
                    before ?? "<span class=\"soft\">empty</span>",
                    change.after.map(HTMLText.escape) ?? "<span class=\"soft\">empty</span>",
                ])
            }
        }
        if rows.isEmpty { return "" }
        return "<section><h2>What would change</h2>"
            + ReportTable.html(
                caption: "The first rows that are there already, field by field",
                head: ["Line", "Key", "Field", "Before", "After"], rows: rows, numbers: [0]) + "</section>"
    }
}

/// The first rows as they would be stored.
struct ReportRows {
    private let preview: Preview

    init(_ preview: Preview) { self.preview = preview }

    var html: String {
        let rows = preview.rows
        guard let names = rows.first?.cells.map(\.name), !names.isEmpty else { return "" }
        let cells = rows.map { row in
            names.map { row[$0].map(HTMLText.escape) ?? "<span class=\"soft\">–</span>" }
        }
        return "<section><h2>The first rows as they would be stored</h2>"
            + ReportTable.html(caption: "\(rows.count) rows", head: names, rows: cells, style: "rows") + "</section>"
    }
}

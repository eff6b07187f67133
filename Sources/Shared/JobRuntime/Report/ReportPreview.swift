internal import Formats

/// Which column of the source goes where.
struct ReportMapping {
    private let preview: JSONValue

    init(_ preview: JSONValue) { self.preview = preview }

    private static let reasons = [
        "mapping": "the spec", "preset": "the preset", "name": "its name", "alias": "a known other name",
        "unmapped": "kept by the spec",
    ]

    var html: String {
        let columns = preview.items("columns").filter { $0["by"] != nil }
        if columns.isEmpty { return "" }
        let rows = columns.map { column in
            let members = column.items("members").map { member in
                "\(Self.source(member["source"])) → .\(HTMLText.escape(member.text("path") ?? ""))"
            }
            let source = column["source"] == .null ? members : [Self.source(column["source"])] + members
            let reason = column.text("by") ?? ""
            let confidence = column.double("confidence").map { (0..<1).contains($0) ? ", \(Int($0 * 100)) %" : "" }
            return [
                source.joined(separator: "<br>"), "<code>\(HTMLText.escape(column.text("name") ?? ""))</code>",
                HTMLText.escape(column.text("type") ?? ""), HTMLText.escape(column.text("format") ?? ""),
                HTMLText.escape((Self.reasons[reason] ?? reason) + (confidence ?? "")),
            ]
        }
        let preset = preview.text("preset").map { "<p>Recognised as an export of \(HTMLText.escape($0)).</p>" } ?? ""
        let unmapped = preview.items("unmapped").compactMap(\.asText)
        let rest =
            unmapped.isEmpty
            ? "" : "<p class=\"soft\">Not imported: \(HTMLText.escape(unmapped.joined(separator: ", "))).</p>"
        return "<section><h2>Which column goes where</h2>\(preset)"
            + ReportTable.html(
                caption: "Columns of the file and the fields they become",
                head: ["In the file", "Field", "Type", "Format", "Decided by"], rows: rows) + rest + "</section>"
    }

    private static func source(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): HTMLText.escape(text)
        case .array(let items): HTMLText.escape(items.compactMap(\.asText).joined(separator: " + "))
        case .object: "always “\(HTMLText.escape(value?.text("value") ?? ""))”"
        default: "–"
        }
    }
}

/// What would change in rows that are there.
struct ReportUpdates {
    private let preview: JSONValue

    init(_ preview: JSONValue) { self.preview = preview }

    var html: String {
        var rows: [[String]] = []
        for update in preview.items("updates") {
            let key = (update["key"]?.members ?? []).map { HTMLText.escape($0.value.asText ?? "–") }
            for (index, change) in update.items("changes").enumerated() {
                let before = change.text("before").map { "<span class=\"before\">\(HTMLText.escape($0))</span>" }
                rows.append([
                    index == 0 ? update.integer("line").map(HTMLText.number) ?? "" : "",
                    index == 0 ? key.joined(separator: ", ") : "",
                    "<code>\(HTMLText.escape(change.text("column") ?? ""))</code>",
                    before ?? "<span class=\"soft\">empty</span>",
                    change.text("after").map(HTMLText.escape) ?? "<span class=\"soft\">empty</span>",
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
    private let preview: JSONValue

    init(_ preview: JSONValue) { self.preview = preview }

    var html: String {
        let rows = preview.items("rows")
        guard let names = rows.first?.members.map(\.name), !names.isEmpty else { return "" }
        let cells = rows.map { row in
            names.map { row.text($0).map(HTMLText.escape) ?? "<span class=\"soft\">–</span>" }
        }
        return "<section><h2>The first rows as they would be stored</h2>"
            + ReportTable.html(caption: "\(rows.count) rows", head: names, rows: cells, style: "rows") + "</section>"
    }
}

internal import Formats

/// How the file was read, and what speaks for it.
struct ReportSource {
    private let source: JSONValue

    init(_ preview: JSONValue) { source = preview["source"] ?? .null }

    var html: String {
        guard let format = source.text("format") else { return "" }
        var rows = [["Format", Self.formats[format] ?? format]]
        if let packed = source.text("compression"), packed != "none" {
            let member = source.text("member").map { ", the file in it is \(HTMLText.escape($0))" } ?? ""
            rows.append(["Packed as", packed + member])
        }
        if let encoding { rows.append(["Encoding", encoding]) }
        if let delimiter { rows.append(["Separator", delimiter]) }
        return "<section><h2>How the file was read</h2>"
            + ReportTable.html(
                caption: "What was found out from its beginning", head: [], rows: rows, style: "facts") + "</section>"
    }

    private static let formats = ["csv": "CSV", "json": "JSON array", "jsonl": "JSON Lines"]

    private static let separators = [",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"]

    private static func name(_ separator: String) -> String {
        separators[separator] ?? "<code>\(HTMLText.escape(separator))</code>"
    }

    private var encoding: String? {
        guard let encoding = source["encoding"], let name = encoding.text("name") else { return nil }
        let reasons = ["spec": "the spec says so", "mark": "by its byte order mark"]
        let reason = encoding.text("by").flatMap { reasons[$0] }
        var facts = [reason].compactMap(\.self)
        if let characters = encoding.integer("beyondASCII"), let invalid = encoding.integer("invalid") {
            if invalid > 0 {
                facts.append("\(HTMLText.number(invalid)) places of the beginning do not fit it")
            } else if characters > 0 {
                facts.append("\(HTMLText.number(characters)) characters beyond ASCII fit it")
            } else {
                facts.append("plain ASCII so far")
            }
        }
        return ([name == "utf-8" ? "UTF-8" : HTMLText.escape(name)] + facts).joined(separator: "; ")
    }

    private var delimiter: String? {
        guard let delimiter = source["delimiter"], let chosen = delimiter.text("text") else { return nil }
        switch delimiter.text("by") {
        case "spec": return "\(Self.name(chosen)); the spec says so"
        case "sep": return "\(Self.name(chosen)); the first line says so"
        default: break
        }
        let all = delimiter.items("candidates")
        let own = all.first { $0.text("text") == chosen }
        guard let own, (own.integer("columns") ?? 1) > 1 else { return "\(Self.name(chosen)); there is one column" }
        let others = all.filter { $0.text("text") != chosen && ($0.integer("columns") ?? 1) > 1 }
        return
            ([Self.name(chosen) + "; it makes " + Self.effect(own)]
            + others.map { "\(Self.name($0.text("text") ?? "")) would make \(Self.effect($0))" })
            .joined(separator: "; ")
    }

    private static func effect(_ candidate: JSONValue) -> String {
        let columns = HTMLText.number(candidate.integer("columns") ?? 0)
        let agreeing = HTMLText.number(candidate.integer("agreeing") ?? 0)
        let records = HTMLText.number(candidate.integer("records") ?? 0)
        return "\(columns) columns in \(agreeing) of the first \(records) records"
    }
}

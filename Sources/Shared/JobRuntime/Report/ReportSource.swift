/// How the file was read, and what speaks for it.
struct ReportSource {
    private let source: PreviewSource

    init(_ preview: Preview) { source = preview.source ?? PreviewSource() }

    var html: String {
        if source.format.isEmpty { return "" }
        var rows = [["Format", Self.formats[source.format] ?? HTMLText.escape(source.format)]]
        let packed = HTMLText.escape(source.compression)
        if !packed.isEmpty, packed != "none" {
            let member = source.member.map { ", the file in it is \(HTMLText.escape($0))" } ?? ""
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
        guard let encoding = source.encoding, !encoding.name.isEmpty else { return nil }
        let reasons = ["spec": "the spec says so", "mark": "by its byte order mark"]
        var facts = [reasons[encoding.by]].compactMap(\.self)
        if let characters = encoding.beyondASCII, let invalid = encoding.invalid {
            if invalid > 0 {
                facts.append("\(HTMLText.number(invalid)) places of the beginning do not fit it")
            } else if characters > 0 {
                facts.append("\(HTMLText.number(characters)) characters beyond ASCII fit it")
            } else {
                facts.append("plain ASCII so far")
            }
        }
        let name = encoding.name == "utf-8" ? "UTF-8" : HTMLText.escape(encoding.name)
        return ([name] + facts).joined(separator: "; ")
    }

    private var delimiter: String? {
        guard let delimiter = source.delimiter, !delimiter.text.isEmpty else { return nil }
        let chosen = delimiter.text
        switch delimiter.by {
        case "spec": return "\(Self.name(chosen)); the spec says so"
        case "sep": return "\(Self.name(chosen)); the first line says so"
        default: break
        }
        let own = delimiter.candidates.first { $0.text == chosen }
        guard let own, own.columns > 1 else { return "\(Self.name(chosen)); there is one column" }
        let others = delimiter.candidates.filter { $0.text != chosen && $0.columns > 1 }
        return
            ([Self.name(chosen) + "; it makes " + Self.effect(own)]
            + others.map { "\(Self.name($0.text)) would make \(Self.effect($0))" })
            .joined(separator: "; ")
    }

    private static func effect(_ candidate: PreviewCandidate) -> String {
        "\(HTMLText.number(candidate.columns)) columns in \(HTMLText.number(candidate.agreeing)) of the first "
            + "\(HTMLText.number(candidate.records)) records"
    }
}

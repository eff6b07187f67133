internal import Formats

/// What the dry run proposes: a piece of spec to copy, and the questions that only a person can answer.
struct ReportProposal {
    private let preview: JSONValue

    init(_ preview: JSONValue) { self.preview = preview }

    var html: String {
        let questions = preview.items("questions").map(question).joined()
        var html = ""
        if let suggestion = preview["suggestion"] {
            html += "<p>Put this into the spec; it was tried on values of this file.</p>"
            html += "<pre>\(HTMLText.escape(suggestion.serializedPretty()))</pre>"
        }
        if html.isEmpty && questions.isEmpty { return "" }
        return "<section><h2>What would help</h2>\(html)\(questions)</section>"
    }

    private func question(_ question: JSONValue) -> String {
        let sampled = question.integer("sampled") ?? 0
        let rows = question.items("choices").map { choice in
            let rows = choice.integer("rows") ?? 0
            return [
                "<code>\(HTMLText.escape((choice["spec"] ?? .null).serialized()))</code>",
                "\(HTMLText.number(rows)) of \(HTMLText.number(sampled))",
            ]
        }
        let source = HTMLText.escape(question.text("source") ?? "")
        return "<p><b>\(source)</b>: \(HTMLText.escape(question.text("text") ?? ""))</p>"
            + ReportTable.html(
                caption: "Answers, and how many of the sampled values each would read",
                head: ["In the spec", "Values"],
                rows: rows, numbers: [1])
    }
}

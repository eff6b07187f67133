internal import Formats

/// What the dry run proposes: a piece of spec to copy, and the questions that only a person can answer.
struct ReportProposal {
    private let preview: Preview

    init(_ preview: Preview) { self.preview = preview }

    var html: String {
        let questions = preview.questions.map(question).joined()
        var html = ""
        if let suggestion = preview.suggestion {
            html += "<p>Put this into the spec; it was tried on values of this file.</p>"
            html += "<pre>\(HTMLText.escape(suggestion.serializedPretty()))</pre>"
        }
        if html.isEmpty && questions.isEmpty { return "" }
        return "<section><h2>What would help</h2>\(html)\(questions)</section>"
    }

    private func question(_ question: PreviewQuestion) -> String {
        let rows = question.choices.map { choice in
            [
                "<code>\(HTMLText.escape(choice.spec.serialized()))</code>",
                "\(HTMLText.number(choice.rows)) of \(HTMLText.number(question.sampled))",
            ]
        }
        return "<p><b>\(HTMLText.escape(question.source))</b>: \(HTMLText.escape(question.text))</p>"
            + ReportTable.html(
                caption: "Answers, and how many of the sampled values each would read",
                head: ["In the spec", "Values"],
                rows: rows, numbers: [1])
    }
}

internal import Formats
internal import JobCore

/// The report of a job for people: one page without scripts and without anything from elsewhere.
///
/// Made of the final manifest alone. Everything in it is escaped, and a content security policy forbids what is left.
package struct ReportPage {
    private let manifest: JSONValue
    private let preview: Preview

    package init(manifest: Manifest) {
        self.manifest = manifest.json()
        preview = manifest.preview ?? Preview()
    }

    /// The page.
    package func html() -> [UInt8] {
        let outcome = ReportOutcome(manifest)
        var body = "<header><p class=\"kind\">\(HTMLText.escape(outcome.kind))</p>"
        body += "<h1>\(HTMLText.escape(outcome.sentence))</h1>\(failure)</header>"
        body += outcome.figures + outcome.bar
        body += ReportProblems(manifest, preview).html
        body += ReportProposal(preview).html
        body += ReportSource(preview).html
        body += ReportMapping(preview).html
        body += ReportUpdates(preview).html
        body += ReportRows(preview).html
        body += ReportColumns(preview).html
        body += ReportFacts(manifest).html
        let page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer"><title>\(HTMLText.escape(outcome.title))</title>
            <style>\(ReportStyle.css)</style></head><body><main>\(body)</main></body></html>

            """
        return Array(page.utf8)
    }

    private var failure: String {
        guard let error = manifest["error"], let message = error.text("message") else { return "" }
        let hint = error.text("hint").map { "<p>What helps: \(HTMLText.escape($0))</p>" } ?? ""
        return "<div class=\"note\" role=\"note\"><p>\(HTMLText.escape(message))</p>\(hint)</div>"
    }
}

/// A table in a part of the page that scrolls by itself.
struct ReportTable {
    /// Cells are HTML already; `numbers` are the columns set to the right.
    static func html(
        caption: String, head: [String], rows: [[String]], numbers: Set<Int> = [], style: String = ""
    ) -> String {
        // A column that says nothing is not shown.
        let shown = (0..<max(head.count, rows.first?.count ?? 0)).filter { column in
            rows.contains { column < $0.count && !["", "–"].contains($0[column]) }
        }
        func align(_ column: Int) -> String { numbers.contains(column) ? " class=\"n\"" : "" }
        var html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(HTMLText.escape(caption))\">"
        html += "<table class=\"\(style)\"><caption>\(HTMLText.escape(caption))</caption>"
        if !head.isEmpty {
            html += "<thead><tr>"
            for (index, name) in head.enumerated() where shown.contains(index) {
                html += "<th scope=\"col\"\(align(index))>\(HTMLText.escape(name))</th>"
            }
            html += "</tr></thead>"
        }
        html += "<tbody>"
        for row in rows {
            html += "<tr>"
            for (index, cell) in row.enumerated() where shown.contains(index) {
                html += "<td\(align(index))>\(cell)</td>"
            }
            html += "</tr>"
        }
        return html + "</tbody></table></div>"
    }
}

internal import Formats

/// What came of the job, in a sentence, in figures and as a bar.
struct ReportOutcome {
    private let manifest: JSONValue
    private let counts: JSONValue
    private let isImport: Bool
    private let isDryRun: Bool
    private let status: String

    init(_ manifest: JSONValue) {
        self.manifest = manifest
        counts = manifest["counts"] ?? .null
        isImport = manifest.text("kind") == "import"
        isDryRun = isImport && manifest["spec"]?.flag("dryRun") == true
        status = manifest.text("status") ?? ""
    }

    private func count(_ name: String) -> Int { counts.integer(name) ?? 0 }

    private var resource: String { (manifest.text("resource") ?? "rows").replacing("_", with: " ") }

    var kind: String {
        let name = isDryRun ? "Dry run of an import" : isImport ? "Import" : "Export"
        return "\(name) · \(resource) · \(manifest.text("orgId") ?? "")"
    }

    var title: String { "\(kind) · \(manifest.text("jobId") ?? "")" }

    var sentence: String {
        if status != "completed" {
            let done = count("rowsWritten")
            let after = done > 0 ? " after \(HTMLText.number(done)) rows" : ""
            return switch status {
            case "cancelled": "The job was cancelled\(after)."
            case "interrupted": "The job was interrupted\(after) and can go on."
            default: "The job failed\(after)."
            }
        }
        if !isImport {
            let rows = count("rowsWritten")
            return rows == 0
                ? "No \(resource) matched; the file is empty." : "\(HTMLText.number(rows)) \(resource) were exported."
        }
        let read = count("rowsRead")
        if read == 0 { return "The file has no rows, so nothing \(isDryRun ? "would be" : "was") imported." }
        let taken = count("inserted") + count("updated")
        let rejected = count("rejected")
        let skipped = count("skipped")
        let verb = isDryRun ? "would be" : taken == 1 ? "was" : "were"
        var text = taken == read ? "All \(HTMLText.number(read)) rows \(verb) imported" : ""
        if text.isEmpty { text = "\(HTMLText.number(taken)) of \(HTMLText.number(read)) rows \(verb) imported" }
        if rejected > 0 {
            text +=
                "; \(HTMLText.number(rejected)) \(rejected == 1 ? "has a problem" : "have a problem") to be corrected"
        }
        if skipped > 0 {
            text += rejected > 0 ? ", " : "; "
            text += "\(HTMLText.number(skipped)) \(skipped == 1 ? "is" : "are") there already"
        }
        return text + "."
    }

    private static let fates = ["inserted", "updated", "skipped", "rejected", "unprocessed"]

    var figures: String {
        var figures: [(String, String)] = []
        if isImport {
            figures.append(("rows read", HTMLText.number(count("rowsRead"))))
            for fate in Self.fates where count(fate) > 0 || fate == "rejected" {
                let name = isDryRun && (fate == "inserted" || fate == "updated") ? "would be \(fate)" : fate
                figures.append((name, HTMLText.number(count(fate))))
            }
        } else {
            figures.append(("rows", HTMLText.number(count("rowsWritten"))))
            figures.append(("size", HTMLText.bytes(count("bytesWritten"))))
            figures.append(("files", HTMLText.number(manifest.items("files").count)))
        }
        if let stats = manifest["stats"], let time = stats.integer("durationMs") {
            figures.append(("time", HTMLText.duration(milliseconds: time)))
        }
        let items = figures.map {
            "<div><dt>\($0.0)</dt><dd>\(HTMLText.escape($0.1).replacing(" ", with: "&nbsp;"))</dd></div>"
        }
        return "<dl class=\"figures\">\(items.joined())</dl>"
    }

    var bar: String {
        let total = Self.fates.reduce(0) { $0 + count($1) }
        guard isImport, total > 0 else { return "" }
        let parts = Self.fates.filter { count($0) > 0 }
        let said = parts.map { "\(HTMLText.number(count($0))) \($0)" }.joined(separator: ", ")
        var svg =
            "<svg class=\"bar\" viewBox=\"0 0 1000 14\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"\(said)\">"
        var x = 0.0
        for part in parts {
            // What is there is seen, however little it is.
            let width = max(4, Double(count(part)) * 1000 / Double(total))
            svg +=
                "<rect class=\"\(part)\" x=\"\(Int(x))\" y=\"0\" width=\"\(Int(width.rounded(.up)))\" height=\"14\"/>"
            x = min(996, x + width)
        }
        let legend = parts.map { part in
            let share = Double(count(part)) * 100 / Double(total)
            let percent = share < 1 ? "under 1" : "\(Int(share.rounded(.down)))"
            return "<li><i class=\"\(part)\"></i>\(part) \(percent)&nbsp;%</li>"
        }
        return svg + "</svg><ul class=\"legend\" aria-hidden=\"true\">\(legend.joined())</ul>"
    }
}

internal import Formats

/// A card for each column: how full it is, how its values lie, which ones come most.
struct ReportColumns {
    private let columns: [PreviewColumn]

    init(_ preview: Preview) { columns = preview.columns }

    var html: String {
        let cards = columns.compactMap { column in
            column.statistics.flatMap { $0.values + $0.invalid > 0 ? card(column, $0) : nil }
        }
        if cards.isEmpty { return "" }
        return "<section><h2>Column by column</h2><div class=\"cards\">\(cards.joined())</div></section>"
    }

    private func card(_ column: PreviewColumn, _ found: PreviewStatistics) -> String {
        let (values, nulls, invalid) = (found.values, found.nulls, found.invalid)
        var html = "<article class=\"card\"><h3><code>\(HTMLText.escape(column.name))</code> "
        html += "<span class=\"soft small\">\(HTMLText.escape(column.type))</span></h3>"
        html += filled(values, nulls, invalid)
        var facts = "\(HTMLText.number(values)) filled"
        if nulls > 0 { facts += ", \(HTMLText.number(nulls)) empty" }
        if invalid > 0 { facts += ", <span class=\"bad\">\(HTMLText.number(invalid)) with a problem</span>" }
        if values > 0 { facts += ", about \(HTMLText.number(found.distinct)) different" }
        html += "<p>\(facts)</p>"
        if let least = found.min, let greatest = found.max {
            html += "<p class=\"soft\">\(HTMLText.escape(least)) … \(HTMLText.escape(greatest))</p>"
        }
        if let counts = found.histogram, !counts.isEmpty { html += histogram(counts) }
        if let common = found.commonest, !common.isEmpty {
            let items = common.map { item in
                "<li><span>\(HTMLText.escape(item.value))</span>"
                    + "<span class=\"soft\">\(HTMLText.number(item.count))</span></li>"
            }
            let sampled = found.sampledRows ?? 0
            let isPart = sampled < values + nulls
            html += "<ul aria-label=\"commonest values\">\(items.joined())</ul>"
            if isPart { html += "<p class=\"soft\">in \(HTMLText.number(sampled)) sampled rows</p>" }
        }
        return html + "</article>"
    }

    private func filled(_ values: Int, _ nulls: Int, _ invalid: Int) -> String {
        let total = max(1, values + nulls + invalid)
        let good = values * 1000 / total
        let bad = invalid == 0 ? 0 : max(8, invalid * 1000 / total)
        return
            "<svg class=\"bar\" viewBox=\"0 0 1000 14\" preserveAspectRatio=\"none\" aria-hidden=\"true\" style=\"height:6px\">"
            + "<rect class=\"mark\" x=\"0\" y=\"0\" width=\"\(good)\" height=\"14\"/>"
            + "<rect class=\"rejected\" x=\"\(1000 - bad)\" y=\"0\" width=\"\(bad)\" height=\"14\"/></svg>"
    }

    private func histogram(_ counts: [Int]) -> String {
        let top = max(1, counts.max() ?? 1)
        let width = 1000 / counts.count
        var svg = "<svg viewBox=\"0 0 1000 60\" preserveAspectRatio=\"none\" style=\"height:48px\" role=\"img\" "
        svg += "aria-label=\"distribution between the least and the greatest value\">"
        for (index, count) in counts.enumerated() where count > 0 {
            let height = max(1, count * 60 / top)
            svg +=
                "<rect class=\"mark\" x=\"\(index * width)\" y=\"\(60 - height)\" width=\"\(width - 6)\" height=\"\(height)\"/>"
        }
        return svg + "</svg>"
    }
}

/// Files, times, and the spec.
struct ReportFacts {
    private let manifest: JSONValue

    init(_ manifest: JSONValue) { self.manifest = manifest }

    var html: String { files + facts }

    /// An RFC 3339 time to the second.
    private static func time(_ text: String) -> String {
        text.prefix(19).replacing("T", with: " ") + " UTC"
    }

    private var files: String {
        var rows = manifest.items("files").map { file in
            [
                HTMLText.escape(file.text("name") ?? ""), HTMLText.number(file.integer("rows") ?? 0),
                HTMLText.bytes(file.integer("bytes") ?? 0),
                "<code>\(HTMLText.escape(file.text("sha256") ?? ""))</code>",
            ]
        }
        if let rejects = manifest["rejects"], let key = rejects.text("key") {
            rows.append([
                HTMLText.escape(key.split(separator: "/").last.map(String.init) ?? key),
                HTMLText.number(rejects.integer("rows") ?? 0), HTMLText.bytes(rejects.integer("bytes") ?? 0),
                "<code>\(HTMLText.escape(rejects.text("sha256") ?? ""))</code>",
            ])
        }
        if rows.isEmpty { return "" }
        return "<section><h2>Files</h2>"
            + ReportTable.html(
                caption: "Links to them are in the manifest; ‘download’ makes fresh ones",
                head: ["Name", "Rows", "Size", "SHA-256"], rows: rows, numbers: [1, 2]) + "</section>"
    }

    private var facts: String {
        var rows: [[String]] = []
        func add(_ name: String, _ text: String?) {
            if let text { rows.append([name, HTMLText.escape(text)]) }
        }
        add("Job", manifest.text("jobId"))
        add("Organisation", manifest.text("orgId"))
        add("Asked for by", manifest["actor"]?.text("id"))
        add("Started", manifest.text("startedAt").map(Self.time))
        add("Attempt", manifest.integer("attempt").map(String.init))
        let stats = manifest["stats"] ?? .null
        add("Rows per second", stats.integer("rowsPerSecond").map(HTMLText.number))
        add("Memory at most", stats.integer("peakMemoryBytes").map(HTMLText.bytes))
        for stage in stats["stages"]?.members ?? [] {
            add("Time in “\(stage.name)”", stage.value.asInteger.map { HTMLText.duration(milliseconds: $0) })
        }
        let spec = manifest["spec"].map { HTMLText.escape($0.serializedPretty()) } ?? ""
        return "<section><h2>The job</h2>"
            + ReportTable.html(caption: "What ran, and what it took", head: [], rows: rows, style: "facts")
            + "<details><summary>The spec</summary><pre>\(spec)</pre></details></section>"
            + "<footer>data-io \(HTMLText.escape(manifest.text("toolVersion") ?? ""))</footer>"
    }
}

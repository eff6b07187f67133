internal import Formats

/// What is wrong with rows, and what to do about it.
struct ReportProblems {
    private let manifest: JSONValue
    private let preview: JSONValue

    init(_ manifest: JSONValue) {
        self.manifest = manifest
        preview = manifest["preview"] ?? .null
    }

    private static let advice = [
        "duplicate_key": "The key is there already. Import with skipDuplicates or mode upsert, or remove the rows.",
        "missing_key": "Fill in the field that tells which row is meant.",
        "missing_value": "Fill in the field, or give a default in the mapping.",
        "no_match": "Nothing is there to change. Mode upsert would insert the row.",
        "ambiguous_match": "More than one row has these values. Match on a field that is unique.",
        "ragged_row": "Too few or too many fields, often from a separator inside a text. Put the text in quotes.",
        "invalid_utf8": "The text has another encoding. Set csv.encoding, often windows-1252.",
        "constraint_violation": "A rule of the database refuses the row; the message names it.",
        "invalid_timestamp": "Say how times are written with format and timezone in the mapping.",
        "invalid_date": "Say how dates are written with format in the mapping.",
        "invalid_decimal": "Say how numbers are written with format in the mapping.",
        "invalid_email": "Correct the address; with type text the column takes anything.",
        "invalid_bool": "Say which words mean true and false with format in the mapping.",
        "invalid_phone": "Write numbers with + and the country; with type text the column takes anything.",
        "invalid_country": "Use the two-letter codes of ISO 3166, such as DE.",
        "too_long": "Shorten the text; the message tells how long it may be.",
        "out_of_range": "The value is larger than the field can hold.",
    ]

    var html: String { rejected + evidence }

    private var rejected: String {
        let codes = (manifest["rejects"]?["byCode"]?.members ?? []).sorted {
            ($1.value.asInteger ?? 0, $0.name) < ($0.value.asInteger ?? 0, $1.name)
        }
        if codes.isEmpty { return "" }
        let rows = codes.map { code in
            [
                "<code>\(HTMLText.escape(code.name))</code>", HTMLText.number(code.value.asInteger ?? 0),
                example(code.name), HTMLText.escape(Self.advice[code.name] ?? "Correct the value in the rejects file."),
            ]
        }
        let dry = manifest["spec"]?.flag("dryRun") == true
        let text =
            "The rejects file has these rows with their own columns; correct it and import it again as it is."
            + (dry ? " The real run would write the same file." : "")
        return "<section><h2>What has to be corrected</h2><p>\(text)</p>"
            + ReportTable.html(
                caption: "Refused rows by reason", head: ["Reason", "Rows", "First seen", "What to do"], rows: rows,
                numbers: [1])
            + "</section>"
    }

    /// The first place where a column has the problem.
    private func example(_ code: String) -> String {
        for column in preview.items("columns") {
            for problem in column.items("problems") where problem.text("code") == code {
                let line = problem.integer("line").map { "line \(HTMLText.number($0)), " } ?? ""
                return line + "column <code>\(HTMLText.escape(column.text("name") ?? ""))</code>"
            }
        }
        return "–"
    }

    private var evidence: String {
        var notes: [String] = []
        for column in preview.items("columns") {
            let name = "<code>\(HTMLText.escape(column.text("name") ?? ""))</code>"
            if let evidence = column["evidence"], let verdict = evidence.text("verdict") {
                let counts = evidence.members.compactMap { member in
                    member.value.asInteger.flatMap { $0 > 0 ? "\(HTMLText.number($0)) \(Self.word(member.name))" : nil }
                }
                notes.append(
                    "\(name): \(HTMLText.escape(counts.joined(separator: ", "))) — \(HTMLText.escape(verdict)).")
            }
            for warning in column.items("warnings") {
                let line = warning.integer("line").map { " (first in line \(HTMLText.number($0)))" } ?? ""
                notes.append("\(name): \(HTMLText.escape(warning.text("message") ?? ""))\(line).")
            }
        }
        for item in preview.items("ambiguous") {
            let sources = item.items("sources").compactMap(\.asText).joined(separator: ", ")
            notes.append(
                "<code>\(HTMLText.escape(item.text("name") ?? ""))</code> was left out: it could be "
                    + "\(HTMLText.escape(sources)). Say which in the mapping.")
        }
        if let repeated = preview.integer("repeatedKeys"), repeated > 0 {
            let rows = repeated == 1 ? "1 row repeats" : "\(HTMLText.number(repeated)) rows repeat"
            notes.append("\(rows) a key that comes earlier in the file.")
        }
        for note in manifest.items("notes") {
            let place = note.text("place").map { $0.isEmpty ? "" : "<code>\(HTMLText.escape($0))</code>: " } ?? ""
            notes.append(place + HTMLText.escape(note.text("text") ?? ""))
        }
        if let kept = preview.integer("consentKept"), kept > 0 {
            notes.append(
                "\(HTMLText.number(kept)) rows would have subscribed people again who had unsubscribed. That was not done."
            )
        }
        if notes.isEmpty { return "" }
        let items = notes.map { "<div class=\"note\"><p>\($0)</p></div>" }
        return "<section><h2>Worth a look</h2>\(items.joined())</section>"
    }

    private static func word(_ name: String) -> String {
        switch name {
        case "dayFirst": "can only be day first"
        case "monthFirst": "can only be month first"
        case "either": "could be either"
        case "yearFirst": "begin with the year"
        case "decimalComma": "have a decimal comma"
        case "decimalPoint": "have a decimal point"
        default: "could be either"
        }
    }
}

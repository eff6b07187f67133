internal import Formats

/// What is wrong with rows, and what to do about it.
struct ReportProblems {
    private let manifest: JSONValue
    private let preview: Preview

    init(_ manifest: JSONValue, _ preview: Preview) {
        self.manifest = manifest
        self.preview = preview
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
        for column in preview.columns {
            guard let problem = column.statistics?.problems.first(where: { $0.code == code }) else { continue }
            let line = problem.line.map { "line \(HTMLText.number($0)), " } ?? ""
            return line + "column <code>\(HTMLText.escape(column.name))</code>"
        }
        return "–"
    }

    private var evidence: String {
        var notes: [String] = []
        for column in preview.columns {
            let name = "<code>\(HTMLText.escape(column.name))</code>"
            if let evidence = column.statistics?.evidence, let verdict = evidence.verdict {
                let said = Self.counts(evidence).joined(separator: ", ")
                notes.append("\(name): \(HTMLText.escape(said)) — \(HTMLText.escape(verdict)).")
            }
            for warning in column.statistics?.warnings ?? [] {
                let line = warning.line.map { " (first in line \(HTMLText.number($0)))" } ?? ""
                notes.append("\(name): \(HTMLText.escape(warning.message))\(line).")
            }
        }
        if preview.repeatedKeys > 0 {
            let repeated = preview.repeatedKeys
            let rows = repeated == 1 ? "1 row repeats" : "\(HTMLText.number(repeated)) rows repeat"
            notes.append("\(rows) a key that comes earlier in the file.")
        }
        for note in manifest.items("notes") {
            let place = note.text("place").map { $0.isEmpty ? "" : "<code>\(HTMLText.escape($0))</code>: " } ?? ""
            notes.append(place + HTMLText.escape(note.text("text") ?? ""))
        }
        if preview.consentKept > 0 {
            notes.append(
                "\(HTMLText.number(preview.consentKept)) rows would have subscribed people again who had unsubscribed. That was not done."
            )
        }
        if notes.isEmpty { return "" }
        let items = notes.map { "<div class=\"note\"><p>\($0)</p></div>" }
        return "<section><h2>Worth a look</h2>\(items.joined())</section>"
    }

    /// How many values speak for what.
    private static func counts(_ evidence: PreviewEvidence) -> [String] {
        let counts = [
            (evidence.dayFirst, "can only be day first"), (evidence.monthFirst, "can only be month first"),
            (evidence.either, "could be either"), (evidence.yearFirst, "begin with the year"),
            (evidence.decimalComma, "have a decimal comma"), (evidence.decimalPoint, "have a decimal point"),
            (evidence.eitherMark, "could be either"), (evidence.sampled, "could be either"),
            (evidence.read, "could be either"), (evidence.readAsSuggested, "could be either"),
        ]
        return counts.compactMap { count, words in
            count.flatMap { $0 > 0 ? "\(HTMLText.number($0)) \(words)" : nil }
        }
    }
}

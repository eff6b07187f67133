import Formats

@testable import JobRuntime

extension Preview {
    /// A preview with a value in every member of every part.
    static var full: Preview {
        var preview = Preview()
        preview.source = .full
        preview.rows = [
            PreviewRow([.init(name: "id", text: "1"), .init(name: "email", text: "a***@x.de")]),
            PreviewRow([.init(name: "id", text: "2"), .init(name: "email", text: nil)]),
        ]
        var other = PreviewColumn()
        other.name = "email"
        other.type = "text"
        preview.columns = [.full, other]
        preview.unmapped = ["Shoe size", "<b>"]
        preview.preset = "mailchimp"
        preview.updates = [
            PreviewUpdate(
                line: 7, key: preview.rows[0],
                changes: [
                    PreviewChange(column: "email", before: "a***@x.de", after: "b***@x.de"),
                    PreviewChange(column: "company", before: nil, after: nil),
                ])
        ]
        preview.repeatedKeys = 4
        let part = JSONMember("mapping", .object([JSONMember("Mail", .string("email"))]))
        preview.suggestion = .object([part])
        preview.questions = [
            PreviewQuestion(
                about: "created_at", source: "Date", text: "day or month first?", sampled: 11,
                choices: [.init(spec: part, rows: 6), .init(spec: JSONMember("timezone", .string("UTC")), rows: 5)])
        ]
        preview.consentKept = 12
        preview.plan = PreviewPlan(source: "tag", decisions: "ab", mapping: "cd")
        return preview
    }
}

extension PreviewSource {
    static var full: PreviewSource {
        var source = PreviewSource()
        source.format = "csv"
        source.compression = "zip"
        source.member = "people.csv"
        var encoding = PreviewEncoding()
        encoding.name = "utf-8"
        encoding.by = "default"
        encoding.beyondASCII = 3
        encoding.invalid = 0
        source.encoding = encoding
        var delimiter = PreviewDelimiter()
        delimiter.text = ";"
        delimiter.by = "content"
        delimiter.candidates = [
            PreviewCandidate(text: ";", columns: 4, agreeing: 9, records: 10),
            PreviewCandidate(text: ",", columns: 2, agreeing: 3, records: 10),
        ]
        source.delimiter = delimiter
        source.quote = PreviewQuote(text: "\"", by: "content")
        source.escape = PreviewEscape(name: "backslash", by: "content")
        source.blanks = "left out"
        source.skippedLines = 2
        return source
    }
}

extension PreviewColumn {
    static var full: PreviewColumn {
        var column = PreviewColumn()
        column.name = "created_at"
        column.source = .column("Date")
        column.type = "timestamp"
        column.by = "alias"
        column.confidence = 0.7
        column.refusals = ["unsubscribed"]
        column.format = "dd.MM.yyyy"
        column.members = [PreviewMember(path: "a.b", source: .constant("x"))]
        column.statistics = .full
        return column
    }
}

extension PreviewStatistics {
    static var full: PreviewStatistics {
        var found = PreviewStatistics()
        found.values = 90
        found.nulls = 8
        found.invalid = 3
        found.longestBytes = 21
        found.distinct = 77
        found.min = "2020-01-01"
        found.max = "2026-01-01"
        found.commonest = [PreviewCommonValue(value: "2025-01-01", count: 13)]
        found.sampledRows = 50
        found.histogram = [3, 0, 14]
        found.problems = [PreviewFinding(code: "invalid_int", count: 3, line: 19, message: "expected a time")]
        found.evidence = .full
        found.warnings = [PreviewFinding(code: "leading_zeros", count: 2, line: 23, message: "2 values begin so")]
        return found
    }
}

extension PreviewEvidence {
    static var full: PreviewEvidence {
        var evidence = PreviewEvidence()
        evidence.dayFirst = 31
        evidence.monthFirst = 32
        evidence.either = 33
        evidence.yearFirst = 34
        evidence.decimalComma = 35
        evidence.decimalPoint = 36
        evidence.eitherMark = 37
        evidence.recommendedFormat = .array([.string("dd.MM.yyyy"), .string("yyyy")])
        evidence.sampled = 38
        evidence.read = 39
        evidence.readAsSuggested = 40
        evidence.verdict = "see questions"
        return evidence
    }
}

extension JSONValue {
    /// Where its members are, each name behind those it is in; of lists only the first element counts.
    ///
    /// What previews take over as it is, pieces of spec and rows, has no names of its own.
    func paths(_ outer: [String] = []) -> [[String]] {
        if ["rows", "key", "suggestion", "spec", "recommendedFormat"].contains(outer.last) { return [] }
        switch self {
        case .object(let members):
            return members.flatMap { [outer + [$0.name]] + $0.value.paths(outer + [$0.name]) }
        case .array(let items): return items.first?.paths(outer) ?? []
        default: return []
        }
    }

    /// With another value, or none, at a path.
    func replacing(_ path: [String], with value: JSONValue?) -> JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.compactMap { member in
                    guard member.name == path.first else { return member }
                    let changed = path.count > 1 ? member.value.replacing(Array(path.dropFirst()), with: value) : value
                    return changed.map { JSONMember(member.name, $0) }
                })
        case .array(let items):
            .array(items.prefix(1).map { $0.replacing(path, with: value) } + items.dropFirst())
        default: self
        }
    }
}

internal import Formats
internal import JobCore
internal import JobRuntime

/// What a dry run shows: the first rows as they would be stored, and what each column holds.
struct ImportPreview {
    private static let rowLimit = 20
    /// Bytes of a value that are looked at; fewer are shown.
    private static let shownBytes = 1 << 12
    /// Rows that are looked at closely, then some of each batch.
    private static let closeRows = 10_000
    private static let closeRowsOfBatch = 25

    private let columns: [Column]
    private var rows: [PreviewRow] = []
    private var statistics: [ColumnStatistics]
    private var sampledRows = 0
    private var badText = 0
    private var updates: [PreviewUpdate] = []
    /// Rows whose key came earlier in the source.
    var repeatedKeys = 0

    /// What could be done about columns that are not read well.
    private var proposal: Proposal

    init(columns: [Column], proposal: Proposal) {
        self.columns = columns
        self.proposal = proposal
        statistics = columns.map { ColumnStatistics($0) }
    }

    /// Adds the good rows of a batch and the problems of the others.
    mutating func add(_ batch: CheckedBatch) {
        let mapped = batch.mapped
        let close =
            sampledRows < Self.closeRows ? mapped.rowCount : min(mapped.rowCount, Self.closeRowsOfBatch)
        for index in columns.indices {
            Self.add(
                mapped, column: index, close: close, source: batch.mapping.source(of: index), batch, &statistics[index])
        }
        sampledRows += close
        proposal.add(batch)
        badText += batch.source.defects.count { $0.code == "invalid_utf8" }
        for problem in batch.problems {
            let name = problem.target.split(separator: ".").first.map(String.init) ?? problem.target
            guard let index = columns.firstIndex(where: { $0.name == name }) else { continue }
            let text = problem.source.flatMap {
                batch.source.rows.beginning(row: problem.row, column: $0, bytes: Self.shownBytes)
            }
            statistics[index].add(problem, text: text, line: batch.source.lines[problem.row])
        }
        for row in 0..<min(mapped.rowCount, max(0, Self.rowLimit - rows.count)) { rows.append(describe(mapped, row)) }
    }

    private static func add(
        _ mapped: RowBatch, column: Int, close: Int, source: Int?, _ batch: CheckedBatch,
        _ statistics: inout ColumnStatistics
    ) {
        mapped.withCells { cells in
            for row in 0..<cells.rowCount {
                let cell = cells[row, column]
                if cell.isNull {
                    statistics.addNull()
                } else {
                    unsafe statistics.add(cells.text(cell), isSampled: row < close)
                }
            }
        }
        guard let source else { return }
        let kind = batch.mapping.columns[column].type
        let isNumber = kind == .int || kind == .decimal || kind == .double
        guard isNumber || kind == .text else { return }
        lookForDamage(batch.source, column: source, isNumber: isNumber, &statistics.identifiers)
    }

    /// Looks at the cells as they came, those of refused rows too.
    private static func lookForDamage(
        _ batch: SourceBatch, column: Int, isNumber: Bool, _ identifiers: inout IdentifierGuard
    ) {
        batch.rows.withCells { cells in
            for row in 0..<cells.rowCount {
                let text = unsafe cells.text(cells[row, column])
                // Most cells of most columns begin with something else.
                guard unsafe !text.isEmpty && text[0] &- 0x30 < 10 else { continue }
                unsafe identifiers.look(text, isNumber: isNumber, line: batch.lines[row])
            }
        }
    }

    /// Adds what would change in rows that are there.
    mutating func add(_ changes: [RowChange], key: [String], in batch: CheckedBatch) {
        for change in changes.prefix(max(0, Self.rowLimit - updates.count)) {
            let cells = zip(key, change.key).map { name, text in
                let column = columns.first { $0.name == name }
                return PreviewRow.Cell(name: name, text: column.map { Self.shown(text, $0) } ?? text)
            }
            let changes = change.fields.map { field in
                PreviewChange(
                    column: field.column.name, before: Self.shown(field.before, field.column),
                    after: Self.shown(field.after, field.column))
            }
            updates.append(
                PreviewUpdate(
                    line: batch.source.lines[batch.sources[change.row]], key: PreviewRow(cells), changes: changes))
        }
    }

    /// Adds all that it has seen to the preview of a mapping.
    func add(to preview: inout Preview) {
        let proposals = proposal.fields()
        for (index, statistics) in zip(preview.columns.indices, statistics) {
            let name = columns[index].name
            preview.columns[index].statistics = statistics.shown(
                sampledRows: sampledRows, proposal: proposals.first { $0.field.name == name })
        }
        preview.rows = rows
        preview.updates = updates
        preview.repeatedKeys = repeatedKeys
        preview.suggestion = proposal.suggestion(proposals)
        preview.questions = proposal.questions(proposals)
    }

    /// What it has seen that speaks for another encoding.
    var encodingNote: Note? {
        guard badText > 0 else { return nil }
        return Note(
            "invalid_text", at: "csv.encoding",
            "\(badText) rows are not valid UTF-8; text of a spreadsheet often is windows-1252: set csv.encoding.")
    }

    private static func shown(_ text: String?, _ column: Column) -> String? {
        guard let text else { return nil }
        if column.isWriteOnly { return "***" }
        return column.isPersonal ? masked(text) : String(text.prefix(200))
    }

    /// The first letter, and the domain of an address: enough to see that the right column was taken.
    private static func masked(_ text: String) -> String {
        let domain = text.lastIndex(of: "@").map { text[$0...].prefix(100) } ?? ""
        return text.prefix(1) + "***" + domain
    }

    private func describe(_ batch: RowBatch, _ row: Int) -> PreviewRow {
        PreviewRow(
            columns.enumerated().map { index, column in
                let text = batch.beginning(row: row, column: index, bytes: Self.shownBytes)
                return PreviewRow.Cell(name: column.name, text: Self.shown(text, column))
            })
    }
}

internal import Formats
internal import JobCore

/// Sees to it that no number is read a thousand times too small: without a format a point is the decimal mark, and
/// `1.234` from a file that writes `2.500,00` would be little more than one.
struct DecimalWatch {
    /// Rows at the beginning of a source that are looked at before anything is stored.
    private static let firstRows = 1_000
    /// And their bytes: less than the smallest batch has, so that each run looks at the same rows.
    private static let firstBytes = 1 << 17

    /// What a column of numbers has shown so far.
    private struct Evidence {
        /// Line of the first number that only a decimal comma explains.
        var comma: Int?
        /// There was one that only a decimal point explains: nothing more is to be found out.
        var hasPoint = false
        /// There was one that both explain; it was read with a point.
        var hasEither = false
    }

    private var columns: [String: Evidence] = [:]
    private var hasLooked = false

    /// Looks at the next batch of the source.
    ///
    /// Throws `format_ambiguous` (65) for a column with numbers that only a decimal comma explains: when its first rows
    /// have one and none that only a point does; later, as soon as there is a number that was read with a point and could
    /// have meant the other, and still none that only a point explains.
    mutating func look(_ batch: SourceBatch, _ fields: [SourceField]) throws(JobError) {
        if batch.rows.rowCount == 0 { return }
        let first = hasLooked ? 0 : Self.firstCount(batch.rows)
        hasLooked = true
        for field in fields where Self.isUnformatted(field.rule) {
            let (name, source) = (field.name, field.source)
            var evidence = columns[name] ?? Evidence()
            if evidence.hasPoint { continue }
            Self.look(batch, source, 0..<first, stopsAtBoth: false, &evidence)
            if first > 0, let line = evidence.comma, !evidence.hasPoint {
                throw Self.ambiguous(field, line, batch, isFirst: true)
            }
            Self.look(batch, source, first..<batch.rows.rowCount, stopsAtBoth: true, &evidence)
            if let line = evidence.comma, !evidence.hasPoint, evidence.hasEither {
                throw Self.ambiguous(field, line, batch, isFirst: false)
            }
            columns[name] = evidence
        }
    }

    /// Fields whose numbers both marks explain, all of them.
    var undecided: [String] { columns.filter { $0.value.hasEither && !$0.value.hasPoint }.keys.sorted() }

    private static func isUnformatted(_ rule: ValueRule) -> Bool {
        (rule.kind == .decimal || rule.kind == .double) && rule.number == nil
    }

    private static func firstCount(_ rows: RowBatch) -> Int {
        var count = 1
        while count < min(rows.rowCount, firstRows),
            rows.range(row: count, column: rows.columnCount - 1).upperBound <= firstBytes
        {
            count += 1
        }
        return count
    }

    private static func look(
        _ batch: SourceBatch, _ column: Int, _ range: Range<Int>, stopsAtBoth: Bool, _ evidence: inout Evidence
    ) {
        batch.rows.withCells { cells in
            for row in range {
                let cell = cells[row, column]
                if cell.isNull { continue }
                let text = unsafe CellCanonicaliser.trim(cells.text(cell))
                let isNumber = batch.isJSON && !cell.isString
                switch unsafe DecimalMark(text) {
                case .unknown: break
                case .point: evidence.hasPoint = true
                // A number of a JSON file has a point.
                case .either where isNumber: evidence.hasPoint = true
                case .either: evidence.hasEither = true
                case .comma: evidence.comma = evidence.comma ?? batch.lines[row]
                }
                // In the order of the rows: what comes later does not change what was read before.
                if evidence.hasPoint || (stopsAtBoth && evidence.hasEither && evidence.comma != nil) { return }
            }
        }
    }

    private static func ambiguous(
        _ field: SourceField, _ line: Int, _ batch: SourceBatch, isFirst: Bool
    ) -> JobError {
        let entries = NumberQuestion.formats.map { NumberQuestion.entry(field, $0).serialized() }
        let rest =
            isFirst
            ? "without a format a point would be the decimal mark"
            : "others were read with a point, which they may not mean"
        let text =
            "column '\(field.sourceName.prefix(128))' has numbers that only a decimal comma explains, first on line \(line); \(rest)"
        return JobError(
            .formatAmbiguous, text,
            hint: "say how the file writes 1234.56: \"mapping\":\(entries[0]) for a decimal comma, "
                + "\(entries[1]) for a decimal point"
                + (isFirst ? "" : "; rows of this job that are stored were read with a point"),
            cause: NumberQuestion(field, text, batch))
    }
}

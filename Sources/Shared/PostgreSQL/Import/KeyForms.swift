internal import JobCore

/// Puts the values by which rows are found into the form that the table stores: what its types cut, round, pad or check.
///
/// Two texts that are stored as one key are one key then, in a dry run too, and a text that is no value of its column is
/// refused before it could be taken for another key. Only asks the server where the text alone does not settle it.
struct KeyForms {
    /// A column by which rows are found.
    private struct Part {
        /// Where it is in a batch.
        let position: Int
        let expression: String
        /// Shorter texts are stored as they are.
        let plainBytes: Int
    }

    private let connection: Connection
    private let parts: [Part]
    private let keys: RowKeys
    private let sql: String
    private let mode: LoadMode

    /// `nil` where all values are stored as they are.
    init?(_ request: LoadRequest, _ columns: [Column], _ shape: TableShape, _ connection: Connection) {
        let names = columns.map(\.name).filter { (request.resource.key + request.matchOn).contains($0) }
        var parts: [Part] = []
        for name in names {
            guard let position = columns.firstIndex(where: { $0.name == name }), let field = shape.fields[name],
                let plain = Self.plainBytes(columns[position], field)
            else { continue }
            let expression = field.value("k.c\(parts.count)")
            parts.append(Part(position: position, expression: expression, plainBytes: plain))
        }
        if parts.isEmpty { return nil }
        self.connection = connection
        self.parts = parts
        keys = RowKeys(parts.map { columns[$0.position].name }, columns)
        mode = request.mode
        let arrays = parts.indices.map { "$\($0 + 1)::text[]" }.joined(separator: ", ")
        let places = parts.indices.map { "c\($0)" }.joined(separator: ", ")
        let values = parts.map { "(\($0.expression))::text" }.joined(separator: ", ")
        sql = "SELECT \(values) FROM unnest(\(arrays)) WITH ORDINALITY AS k(\(places), n) ORDER BY n"
    }

    /// Whether different texts that are not refused may be one key.
    var joinsTexts: Bool { parts.contains { $0.plainBytes == 0 } }

    /// Bytes up to which a text of this column is stored as it is; `nil`: always.
    private static func plainBytes(_ column: Column, _ field: TableShape.Field) -> Int? {
        switch (column.type, field.baseTypeName) {
        case (.text, "text") where !field.isDomain, (.uuid, "uuid") where !field.isDomain: nil
        case (.int, "bigint") where !field.isDomain: nil
        // A text of that many bytes has no more characters; what is longer is refused, or loses spaces at its end.
        case (.text, "character varying") where !field.isDomain: field.length
        case (.int, "integer") where !field.isDomain: 9
        case (.int, "smallint") where !field.isDomain: 4
        case (.timestamp, _), (.date, _), (.bool, _): field.coercion == nil && !field.isDomain ? nil : 0
        case (.decimal, "numeric"), (.double, "double precision"): field.coercion == nil && !field.isDomain ? nil : 0
        default: 0
        }
    }

    /// The batch with the values of these rows as the table stores them, and the rows that have a value that it cannot.
    func settle(_ batch: RowBatch, _ rows: [Int]) throws -> (batch: RowBatch, rows: [Int], refused: [RowVerdict]) {
        let asked = rows.filter { row in
            parts.contains { batch.range(row: row, column: $0.position).count > $0.plainBytes }
        }
        if asked.isEmpty { return (batch, rows, []) }
        var found: [Int: [String?]] = [:]
        var refused: [RowVerdict] = []
        try ask(batch, asked[...], &found, &refused)
        let bad = Set(refused.map(\.row))
        var settled = RowBatch(columnCount: batch.columnCount, byteCapacity: batch.byteCount)
        let places = Dictionary(uniqueKeysWithValues: parts.enumerated().map { ($1.position, $0) })
        for row in 0..<batch.rowCount {
            let values = found[row]
            for column in 0..<batch.columnCount {
                if let values, let place = places[column] {
                    settled.append(values[place])
                } else {
                    settled.appendField(of: batch, row: row, column: column)
                }
            }
        }
        return (settled, rows.filter { !bad.contains($0) }, refused)
    }

    private func ask(
        _ batch: RowBatch, _ rows: ArraySlice<Int>, _ found: inout [Int: [String?]], _ refused: inout [RowVerdict]
    ) throws {
        let arrays = parts.indices.map { keys.array(batch, Array(rows), keyColumn: $0) }
        try connection.execute("SAVEPOINT forms")
        do {
            let result = try connection.execute(sql, arrays)
            for (index, row) in rows.enumerated() { found[row] = parts.indices.map { result.text(index, $0) } }
            try connection.execute("RELEASE SAVEPOINT forms")
        } catch let error as ServerError where error.isAboutRows {
            try connection.execute("ROLLBACK TO SAVEPOINT forms; RELEASE SAVEPOINT forms")
            if rows.count == 1, let row = rows.first {
                // Nothing is there that it could change.
                let reason = mode == .update ? RowVerdict.Reason.noMatch : .constraint(error.rowFault)
                refused.append(RowVerdict(row: row, reason: reason))
                return
            }
            let middle = rows.startIndex + rows.count / 2
            try ask(batch, rows[..<middle], &found, &refused)
            try ask(batch, rows[middle...], &found, &refused)
        }
    }
}

/// Loads rows whose keys were put into the form of the table before.
final class SettlingWriter: BatchWriter {
    private let forms: KeyForms
    private let writer: any BatchWriter

    init(_ forms: KeyForms, _ writer: any BatchWriter) {
        self.forms = forms
        self.writer = writer
    }

    func begin() { writer.begin() }

    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        let settled = try forms.settle(batch, rows)
        var outcome = settled.rows.isEmpty ? LoadOutcome() : try writer.load(settled.batch, rows: settled.rows)
        outcome.add(LoadOutcome(refused: settled.refused))
        return outcome
    }
}

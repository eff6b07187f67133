internal import Formats
internal import JobCore
internal import JobRuntime

/// What a dry run shows: the first rows as they would be stored, and what each column holds.
struct ImportPreview {
    private static let rowLimit = 20
    private let columns: [Column]
    private(set) var rows: [JSONValue] = []
    private var values: [Int]
    private var nulls: [Int]
    private var invalid: [String: Int] = [:]
    private var longest: [Int]
    private var updates: [JSONValue] = []

    init(columns: [Column]) {
        self.columns = columns
        values = Array(repeating: 0, count: columns.count)
        nulls = values
        longest = values
    }

    /// Adds the good rows of a batch and the problems of the others.
    mutating func add(_ batch: RowBatch, problems: [CellProblem]) {
        for problem in problems { invalid[problem.target, default: 0] += 1 }
        for row in 0..<batch.rowCount {
            for column in columns.indices {
                if batch.isNull(row: row, column: column) {
                    nulls[column] += 1
                } else {
                    values[column] += 1
                    longest[column] = max(longest[column], batch.range(row: row, column: column).count)
                }
            }
        }
        for row in 0..<min(batch.rowCount, max(0, Self.rowLimit - rows.count)) { rows.append(describe(batch, row)) }
    }

    /// Adds what would change in rows that are there.
    mutating func add(_ changes: [RowChange], key: [String], in batch: CheckedBatch) {
        for change in changes.prefix(max(0, Self.rowLimit - updates.count)) {
            let fields = change.fields.map { field in
                JSONValue.object([
                    JSONMember("column", .string(field.column.name)),
                    JSONMember("before", Self.shown(field.before, field.column)),
                    JSONMember("after", Self.shown(field.after, field.column)),
                ])
            }
            updates.append(
                .object([
                    JSONMember("line", .integer(batch.source.lines[batch.sources[change.row]])),
                    JSONMember(
                        "key", .object(zip(key, change.key).map { JSONMember($0, .optional($1)) })),
                    JSONMember("changes", .array(fields)),
                ]))
        }
    }

    /// What it has seen beside columns and rows.
    var members: [JSONMember] { updates.isEmpty ? [] : [JSONMember("updates", .array(updates))] }

    private static func shown(_ text: String?, _ column: Column) -> JSONValue {
        guard let text else { return .null }
        return .string(column.isWriteOnly ? "***" : String(text.prefix(200)))
    }

    /// Statistics of each column, in order.
    func statistics() -> [[JSONMember]] {
        columns.indices.map { index in
            [
                JSONMember("values", .integer(values[index])), JSONMember("nulls", .integer(nulls[index])),
                JSONMember("invalid", .integer(invalid[columns[index].name] ?? 0)),
                JSONMember("longestBytes", .integer(longest[index])),
            ]
        }
    }

    private func describe(_ batch: RowBatch, _ row: Int) -> JSONValue {
        .object(
            columns.enumerated().map { index, column in
                JSONMember(column.name, Self.shown(batch.text(row: row, column: index), column))
            })
    }
}

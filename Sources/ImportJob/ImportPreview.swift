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
                guard let text = batch.text(row: row, column: index) else { return JSONMember(column.name, .null) }
                if column.isWriteOnly { return JSONMember(column.name, .string("***")) }
                return JSONMember(column.name, .string(String(text.prefix(200))))
            })
    }
}

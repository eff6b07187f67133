package import JobCore

/// SQLite: exact storage in four classes.
///
/// Timestamps are integers (microseconds), booleans are 0 and 1, decimals are text compared through the collation
/// `dataio_decimal`, dates, ids and JSON are text.
package struct SQLiteDialect: SQLDialect {
    package init() {}

    package var name: String { "sqlite" }

    /// Name of the collation that compares decimal text by value.
    package static let decimalCollation = "dataio_decimal"

    package var tableOptions: String { " STRICT, WITHOUT ROWID" }

    package func columnType(_ type: ColumnType, isKey: Bool) -> String {
        switch type {
        case .text, .decimal, .date, .uuid, .json: "TEXT"
        case .int, .bool, .timestamp: "INTEGER"
        case .double: "REAL"
        }
    }

    package func placeholder(_ number: Int) -> String { "?\(number)" }

    package func comparable(_ column: Column, _ use: ComparisonUse) -> String {
        column.type == .decimal ? "\(quote(column.name)) COLLATE \(Self.decimalCollation)" : quote(column.name)
    }

    package func jsonField(_ column: Column, path: String, _ use: ComparisonUse) -> String {
        // Text that is not JSON has no fields; without the guard one bad value would end the whole statement.
        "CASE WHEN json_valid(\(quote(column.name))) THEN json_extract(\(quote(column.name)), \(path)) END"
    }

    package func jsonPath(_ keys: [String]) -> String {
        "$" + keys.map { ".\"\($0)\"" }.joined()
    }

    package func microseconds(_ column: String) -> String { column }

    package func isDistinct(_ left: String, _ right: String) -> String { "\(left) IS NOT \(right)" }

    package func contains(_ text: String, _ part: String) -> String { "instr(\(text), \(part)) > 0" }

    package func startsWith(_ text: String, _ part: String) -> String {
        "substr(\(text), 1, length(\(part))) = \(part)"
    }
}

/// What differs between the SQL of one database and another.
package protocol SQLDialect: Sendable {
    /// What it is called.
    var name: String { get }
    /// The column type that holds values of `type` exactly.
    func columnType(_ type: ColumnType, isKey: Bool) -> String
    /// Placeholder of the parameter with that number, from 1.
    func placeholder(_ number: Int) -> String
    /// The column as an expression whose comparisons follow the meaning of the type (decimals by value).
    func comparable(_ column: Column, _ use: ComparisonUse) -> String
    /// What a JSON column holds at a path of object keys, null when it is not there or not of the kind it is compared
    /// with. `path` is a placeholder for what `jsonPath` returns.
    func jsonField(_ column: Column, path: String, _ use: ComparisonUse) -> String
    /// The path as this database writes it.
    func jsonPath(_ keys: [String]) -> String
    /// "a differs from b", true when a is null.
    func isDistinct(_ left: String, _ right: String) -> String
    /// "text contains part", case-sensitive.
    func contains(_ text: String, _ part: String) -> String
    /// "text starts with part", case-sensitive.
    func startsWith(_ text: String, _ part: String) -> String
    /// A timestamp column as an expression of whole microseconds since 1970.
    func microseconds(_ column: String) -> String
    /// What follows the closing parenthesis of `CREATE TABLE`.
    var tableOptions: String { get }
    /// The name as an identifier.
    func quote(_ name: String) -> String
    /// The statements that create the table and its indexes when they are missing.
    func createStatements(_ table: TableDefinition) -> [String]
}

extension SQLDialect {
    /// The statements that create the table and its indexes when they are missing.
    package func createStatements(_ table: TableDefinition) -> [String] {
        var lines = table.fields.map { field in
            let type = columnType(field.type, isKey: table.primaryKey.contains(field.name))
            return "  \(quote(field.name)) \(type)" + (field.isRequired ? " NOT NULL" : "")
        }
        lines.append("  PRIMARY KEY (\(table.primaryKey.map { quote($0) }.joined(separator: ", ")))")
        var statements = [
            "CREATE TABLE IF NOT EXISTS \(quoteTable(table.name)) (\n" + lines.joined(separator: ",\n") + "\n)"
                + tableOptions
        ]
        for index in table.indexes {
            let indexName =
                (table.name.split(separator: ".").last.map(String.init) ?? table.name) + "_by_"
                + index.dropFirst().prefix(1).joined()
            statements.append(
                "CREATE INDEX IF NOT EXISTS \(quote(indexName)) ON \(quoteTable(table.name)) "
                    + "(\(index.map { quote($0) }.joined(separator: ", ")))")
        }
        return statements
    }

    /// The name as an SQL identifier; quotes in it are doubled (SQL:2016, 5.2 delimited identifier).
    package func quote(_ name: String) -> String {
        var quoted = "\""
        // By scalars: a quote with a combining mark behind it is one character, and not equal to a quote.
        for scalar in name.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append("\"") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// The name of a table, perhaps with its schema (`crm.contacts`), as SQL identifiers.
    package func quoteTable(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).map { quote(String($0)) }.joined(separator: ".")
    }
}

/// What an expression is compared with.
package enum ComparisonUse: Sendable, Equatable {
    /// Text, for equality.
    case text
    /// Text, for its place in the order of bytes.
    case order
    case number
    case flag
    /// Whether there is something, or what it looks like as text.
    case anything

    package init(_ value: Literal, isOrder: Bool) {
        self =
            switch value {
            case .text, .timestamp, .date: isOrder ? .order : .text
            case .integer, .double, .decimal: .number
            case .bool: .flag
            }
    }
}

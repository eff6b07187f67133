/// PostgreSQL 13 and newer.
package struct PostgreSQLDialect: SQLDialect {
    package init() {}

    package var tableOptions: String { "" }

    package func columnType(_ type: ColumnType) -> String {
        switch type {
        case .text: "text"
        case .int: "bigint"
        case .decimal: "numeric"
        case .double: "double precision"
        case .bool: "boolean"
        case .timestamp: "timestamptz"
        case .date: "date"
        case .uuid: "uuid"
        case .json: "jsonb"
        }
    }

    package func placeholder(_ number: Int) -> String { "$\(number)" }

    package func comparable(_ column: Column) -> String {
        // Text compares by bytes, as everywhere else; the collation of the database would order it differently.
        column.type == .text ? "\(quote(column.name)) COLLATE \"C\"" : quote(column.name)
    }

    package func jsonField(_ column: Column, path: String) -> String {
        "\(quote(column.name)) #>> \(path)::text[]"
    }

    package func jsonPath(_ keys: [String]) -> String {
        let quoted = keys.map { key in
            var text = "\""
            for character in key {
                if character == "\"" || character == "\\" { text.append("\\") }
                text.append(character)
            }
            return text + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }

    package func isDistinct(_ left: String, _ right: String) -> String { "\(left) IS DISTINCT FROM \(right)" }

    package func contains(_ text: String, _ part: String) -> String { "position(\(part) in \(text)) > 0" }

    package func startsWith(_ text: String, _ part: String) -> String { "starts_with(\(text), \(part))" }
}

package import JobCore

/// PostgreSQL 13 and newer.
package struct PostgreSQLDialect: SQLDialect {
    package init() {}

    package var name: String { "postgresql" }

    package var tableOptions: String { "" }

    package func columnType(_ type: ColumnType, isKey: Bool) -> String {
        switch type {
        // Keys are compared most: byte order is the fastest, and the order of every other database.
        case .text: isKey ? "text COLLATE \"C\"" : "text"
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

    package func comparable(_ column: Column, _ use: ComparisonUse) -> String {
        // Text is ordered by bytes, as everywhere else. Equality needs no collation, and finds its index without one.
        switch (column.type, use) {
        case (.text, .order): "\(quote(column.name)) COLLATE \"C\""
        // Parts of it are looked for in its text.
        case (.uuid, .anything): "\(quote(column.name))::text"
        default: quote(column.name)
        }
    }

    package func jsonField(_ column: Column, path: String, _ use: ComparisonUse) -> String {
        let json = "\(quote(column.name))::jsonb"
        let text = "\(json) #>> \(path)::text[]"
        let kind = "jsonb_typeof(\(json) #> \(path)::text[])"
        return switch use {
        case .anything: "(\(text))"
        case .text, .order: "(CASE WHEN \(kind) = 'string' THEN \(text) END) COLLATE \"C\""
        case .number: "(CASE WHEN \(kind) = 'number' THEN (\(text))::numeric END)"
        case .flag: "(CASE WHEN \(kind) = 'boolean' THEN (\(text))::boolean END)"
        }
    }

    package func jsonPath(_ keys: [String]) -> String {
        let quoted = keys.map { key in
            var text = "\""
            for scalar in key.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(scalar)
            }
            return text + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }

    package func microseconds(_ column: String) -> String { "(extract(epoch FROM \(column)) * 1000000)::bigint" }

    package func isDistinct(_ left: String, _ right: String) -> String { "\(left) IS DISTINCT FROM \(right)" }

    package func contains(_ text: String, _ part: String) -> String { "position(\(part) in \(text)) > 0" }

    package func startsWith(_ text: String, _ part: String) -> String { "starts_with(\(text), \(part))" }
}

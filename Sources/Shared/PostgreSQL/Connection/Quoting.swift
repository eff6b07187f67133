internal import JobCore

/// The only place where names and values become part of SQL text.
enum Quoting {
    private static let dialect = PostgreSQLDialect()

    /// A name as an identifier.
    static func name(_ name: String) -> String { dialect.quote(name) }

    /// A table's name, perhaps with its schema, as identifiers.
    static func table(_ name: String) -> String { dialect.quoteTable(name) }

    /// Text as a literal, for COPY, which takes no bound values; `standard_conforming_strings` is on.
    ///
    /// See https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS.
    static func literal(_ text: String) -> String {
        var quoted = "'"
        for scalar in text.unicodeScalars {
            if scalar == "'" { quoted.unicodeScalars.append("'") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "'"
    }

    /// Names as the text of an array.
    static func array(_ names: [String]) -> String {
        "{"
            + names.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
            .joined(separator: ",") + "}"
    }

    /// A value of a filter as a literal; without a type of its own it takes the one it is compared with.
    static func literal(_ value: Literal) -> String { literal(text(value)) }

    /// A value as the text that is bound for it.
    static func text(_ value: Literal) -> String {
        switch value {
        case .text(let text), .decimal(let text), .date(let text): text
        case .integer(let number): String(number)
        case .double(let number): number.description
        case .bool(let flag): flag ? "true" : "false"
        case .timestamp(let instant): Timestamp.format(instant)
        }
    }
}

/// What differs between the SQL of one database and another.
package protocol SQLDialect: Sendable {
    /// The column type that holds values of `type` exactly.
    func columnType(_ type: ColumnType) -> String
    /// Placeholder of the parameter with that number, from 1.
    func placeholder(_ number: Int) -> String
    /// The column as an expression whose comparisons follow the meaning of the type (decimals by value).
    func comparable(_ column: Column) -> String
    /// The text or number found in a JSON column at a path of object keys, null when it is not there. `path` is a
    /// placeholder for what `jsonPath` returns.
    func jsonField(_ column: Column, path: String) -> String
    /// The path as this database writes it.
    func jsonPath(_ keys: [String]) -> String
    /// "a differs from b", true when a is null.
    func isDistinct(_ left: String, _ right: String) -> String
    /// "text contains part", case-sensitive.
    func contains(_ text: String, _ part: String) -> String
    /// "text starts with part", case-sensitive.
    func startsWith(_ text: String, _ part: String) -> String
    /// What follows the closing parenthesis of `CREATE TABLE`.
    var tableOptions: String { get }
}

extension SQLDialect {
    /// The name as an SQL identifier; quotes in it are doubled (SQL:2016, 5.2 delimited identifier).
    package func quote(_ name: String) -> String {
        var quoted = "\""
        for character in name {
            if character == "\"" { quoted.append("\"") }
            quoted.append(character)
        }
        return quoted + "\""
    }
}

internal import JobCore

/// The tables as an SQL script.
enum Migration {
    /// Statements that create what is missing.
    ///
    /// Throws `unknown_dialect` (64).
    static func script(_ catalogue: Catalogue, dialect: String) throws(JobError) -> String {
        let tables = catalogue.resources.map { TableDefinition($0) } + TableDefinition.system
        let statements: [String]
        switch dialect {
        case "sqlite": statements = tables.flatMap { $0.createStatements(SQLiteDialect()) }
        case "postgresql": statements = tables.flatMap { $0.createStatements(PostgreSQLDialect()) }
        default:
            throw JobError(
                .unknownDialect, "unknown dialect '\(dialect.prefix(32))'")
        }
        return statements.map { $0 + ";\n" }.joined()
    }
}

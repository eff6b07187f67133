internal import JobCore

/// The tables as an SQL script.
enum Migration {
    /// Statements that create what is missing.
    ///
    /// Throws `unknown_dialect` (64).
    static func script(_ catalogue: Catalogue, dialect: String) throws(JobError) -> String {
        guard let driver = Backends.builtIn.drivers.first(where: { $0.dialect.name == dialect }) else {
            throw JobError(
                .unknownDialect, "unknown dialect '\(dialect.prefix(32))'")
        }
        let statements = TableDefinition.all(catalogue).flatMap { driver.dialect.createStatements($0) }
        return statements.map { $0 + ";\n" }.joined()
    }
}

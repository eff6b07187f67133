/// A transaction over the jobs' own tables in a database that speaks SQL: it only has to run statements.
package protocol SQLRecordSession: RecordSession {
    /// How this database writes its SQL.
    var dialect: any SQLDialect { get }

    /// Runs a statement that reads; hands over rows as text, `nil` for null, until `take` returns false.
    func query(_ statement: SQLStatement, _ take: ([String?]) throws -> Bool) throws

    /// Runs a statement that changes something; the number of rows that met its conditions.
    @discardableResult
    func change(_ statement: SQLStatement) throws -> Int
}

extension SQLRecordSession {
    package func read(_ query: RecordQuery, _ take: (Record) throws -> Bool) throws {
        let types = Dictionary(query.table.fields.map { ($0.name, $0.type) }) { first, _ in first }
        let names = query.columns.map { name in
            types[name] == .timestamp ? dialect.microseconds(dialect.quote(name)) : dialect.quote(name)
        }
        var statement = SQLStatement("SELECT " + (query.isDistinct ? "DISTINCT " : "") + names.joined(separator: ", "))
        statement.text += " FROM " + dialect.quoteTable(query.table.name)
        append(query.conditions, to: &statement)
        if !query.order.isEmpty {
            let order = query.order.map { dialect.quote($0) + (query.isDescending ? " DESC" : "") }
            statement.text += " ORDER BY " + order.joined(separator: ", ")
        }
        if let limit = query.limit { statement.text += " LIMIT \(limit)" }
        try self.query(statement) { try take(Record($0)) }
    }

    package func insert(_ fields: [RecordField], into table: TableDefinition) throws {
        var statement = SQLStatement(
            "INSERT INTO \(dialect.quoteTable(table.name)) (\(fields.map { dialect.quote($0.column) }.joined(separator: ", "))) VALUES ("
        )
        statement.text += fields.map { bind($0.value, &statement) }.joined(separator: ", ") + ")"
        try change(statement)
    }

    package func update(
        _ table: TableDefinition, set fields: [RecordField], where conditions: [RecordCondition]
    ) throws -> Int {
        var statement = SQLStatement("UPDATE \(dialect.quoteTable(table.name)) SET ")
        for (index, field) in fields.enumerated() {
            statement.text += (index == 0 ? "" : ", ") + "\(dialect.quote(field.column)) = "
            statement.text += bind(field.value, &statement)
        }
        append(conditions, to: &statement)
        return try change(statement)
    }

    package func delete(from table: TableDefinition, where conditions: [RecordCondition]) throws -> Int {
        var statement = SQLStatement("DELETE FROM \(dialect.quoteTable(table.name))")
        append(conditions, to: &statement)
        return try change(statement)
    }

    package func proveInsert(into table: TableDefinition) throws {
        let names = table.fields.map { dialect.quote($0.name) }.joined(separator: ", ")
        let name = dialect.quoteTable(table.name)
        try change(SQLStatement("INSERT INTO \(name) (\(names)) SELECT \(names) FROM \(name) WHERE 1 = 0"))
    }

    package func create(_ table: TableDefinition) throws {
        for statement in dialect.createStatements(table) { try change(SQLStatement(statement)) }
    }

    private func append(_ conditions: [RecordCondition], to statement: inout SQLStatement) {
        for (index, condition) in conditions.enumerated() {
            statement.text += (index == 0 ? " WHERE " : " AND ") + dialect.quote(condition.column)
            statement.text += " \(condition.comparison.sqlOperator) "
            statement.text += bind(condition.value, &statement)
        }
    }

    /// Each value has a place of its own, in the order of the text: some databases count no other way.
    private func bind(_ value: Literal, _ statement: inout SQLStatement) -> String {
        statement.values.append(value)
        return dialect.placeholder(statement.values.count)
    }
}

extension Comparison {
    /// Between values that are not null.
    fileprivate var sqlOperator: String {
        switch self {
        case .equal: "="
        case .notEqual: "<>"
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .less: "<"
        case .lessOrEqual: "<="
        }
    }
}

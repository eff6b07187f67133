/// SQL text with numbered placeholders, and the values that belong to them.
package struct SQLStatement: Sendable, Equatable {
    package var text: String
    package var values: [Literal]

    package init(_ text: String = "", values: [Literal] = []) {
        self.text = text
        self.values = values
    }
}

/// Builds the statements of a query.
///
/// Names come from the catalogue and are quoted, values are always bound.
package struct QueryBuilder: Sendable {
    private let query: RowQuery
    private let dialect: any SQLDialect

    /// A builder for one query in one dialect.
    package init(_ query: RowQuery, dialect: any SQLDialect) {
        self.query = query
        self.dialect = dialect
    }

    /// Reads the columns of the query in its order.
    package func select() -> SQLStatement {
        var statement = SQLStatement("SELECT " + query.columns.map { dialect.quote($0.name) }.joined(separator: ", "))
        appendSource(to: &statement)
        statement.text += " ORDER BY " + (["org_id"] + query.order).map(dialect.quote).joined(separator: ", ")
        appendLimit(to: &statement)
        return statement
    }

    /// Counts the rows `select` would read.
    package func count() -> SQLStatement {
        var statement = SQLStatement(query.limit == nil ? "SELECT count(*)" : "SELECT count(*) FROM (SELECT 1")
        appendSource(to: &statement)
        if query.limit != nil {
            appendLimit(to: &statement)
            statement.text += ") AS counted"
        }
        return statement
    }

    private func appendSource(to statement: inout SQLStatement) {
        statement.text += " FROM \(dialect.quote(query.resource.table)) WHERE \(dialect.quote("org_id")) = "
        statement.text += bind(.text(query.orgId), &statement)
        for condition in query.conditions {
            let text = render(condition, &statement)
            statement.text += " AND \(text)"
        }
    }

    private func appendLimit(to statement: inout SQLStatement) {
        if let limit = query.limit { statement.text += " LIMIT \(limit)" }
    }

    private func bind(_ value: Literal, _ statement: inout SQLStatement) -> String {
        statement.values.append(value)
        return dialect.placeholder(statement.values.count)
    }

    private func expression(_ operand: Operand, _ statement: inout SQLStatement) -> String {
        switch operand {
        case .column(let column):
            return dialect.comparable(column)
        case .jsonField(let column, let path):
            return dialect.jsonField(column, path: bind(.text(dialect.jsonPath(path)), &statement))
        }
    }

    private func render(_ condition: Condition, _ statement: inout SQLStatement) -> String {
        switch condition {
        case .compare(let operand, let comparison, let value):
            let left = expression(operand, &statement)
            let right = bind(value, &statement)
            switch comparison {
            case .equal: return "\(left) = \(right)"
            case .notEqual: return dialect.isDistinct(left, right)
            case .greater: return "\(left) > \(right)"
            case .greaterOrEqual: return "\(left) >= \(right)"
            case .less: return "\(left) < \(right)"
            case .lessOrEqual: return "\(left) <= \(right)"
            }
        case .anyOf(let operand, let values):
            if values.isEmpty { return "1 = 0" }
            let left = expression(operand, &statement)
            let list = values.map { bind($0, &statement) }
            return "\(left) IN (\(list.joined(separator: ", ")))"
        case .contains(let operand, let part):
            let left = expression(operand, &statement)
            return dialect.contains(left, bind(.text(part), &statement))
        case .startsWith(let operand, let part):
            let left = expression(operand, &statement)
            return dialect.startsWith(left, bind(.text(part), &statement))
        case .isPresent(let operand):
            return "\(expression(operand, &statement)) IS NOT NULL"
        case .isAbsent(let operand):
            return "\(expression(operand, &statement)) IS NULL"
        }
    }
}

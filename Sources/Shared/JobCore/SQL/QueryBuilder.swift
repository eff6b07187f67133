/// Builds the statements of a query.
///
/// Names come from the catalogue and are quoted; values are bound, or written by `literal` where nothing can be bound.
package struct QueryBuilder: Sendable {
    private let query: RowQuery
    private let dialect: any SQLDialect
    private let literal: (@Sendable (Literal) -> String)?

    /// A builder for one query in one dialect.
    package init(
        _ query: RowQuery, dialect: any SQLDialect, literal: (@Sendable (Literal) -> String)? = nil
    ) {
        self.query = query
        self.dialect = dialect
        self.literal = literal
    }

    /// Reads the columns of the query in its order.
    package func select() -> SQLStatement {
        select(query.columns.map { dialect.quote($0.name) }, order: (["org_id"] + query.order).map(dialect.quote))
    }

    /// Reads expressions of the rows that meet further conditions too, in the order of others.
    package func select(_ expressions: [String], where conditions: [String] = [], order: [String]) -> SQLStatement {
        var statement = SQLStatement("SELECT " + expressions.joined(separator: ", "))
        appendSource(to: &statement)
        for condition in conditions { statement.text += " AND \(condition)" }
        if !order.isEmpty { statement.text += " ORDER BY " + order.joined(separator: ", ") }
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
        statement.text += " FROM \(dialect.quoteTable(query.resource.table)) WHERE \(dialect.quote("org_id")) = "
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
        if let literal { return literal(value) }
        statement.values.append(value)
        return dialect.placeholder(statement.values.count)
    }

    private func expression(
        _ operand: Operand, _ use: ComparisonUse, _ statement: inout SQLStatement
    ) -> String {
        switch operand {
        case .column(let column):
            return dialect.comparable(column, use)
        case .jsonField(let column, let path):
            return dialect.jsonField(column, path: bind(.text(dialect.jsonPath(path)), &statement), use)
        }
    }

    private func render(_ condition: Condition, _ statement: inout SQLStatement) -> String {
        switch condition {
        case .compare(let operand, let comparison, let value):
            let isOrder = comparison != .equal && comparison != .notEqual
            let left = expression(operand, ComparisonUse(value, isOrder: isOrder), &statement)
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
            return anyOf(operand, values, &statement)
        case .contains(let operand, let part):
            let left = expression(operand, .anything, &statement)
            return dialect.contains(left, bind(.text(part), &statement))
        case .startsWith(let operand, let part):
            let left = expression(operand, .anything, &statement)
            return dialect.startsWith(left, bind(.text(part), &statement))
        case .isPresent(let operand):
            return "\(expression(operand, .anything, &statement)) IS NOT NULL"
        case .isAbsent(let operand):
            return "\(expression(operand, .anything, &statement)) IS NULL"
        }
    }

    /// One list for each kind of value: a field of a JSON column is another expression for each.
    private func anyOf(_ operand: Operand, _ values: [Literal], _ statement: inout SQLStatement) -> String {
        var lists: [String] = []
        for use in [ComparisonUse.text, .number, .flag] {
            let matching = values.filter { ComparisonUse($0, isOrder: false) == use }
            if matching.isEmpty { continue }
            let left = expression(operand, use, &statement)
            let list = matching.map { bind($0, &statement) }
            lists.append("\(left) IN (\(list.joined(separator: ", ")))")
        }
        if lists.isEmpty { return "1 = 0" }
        return lists.count == 1 ? lists[0] : "(\(lists.joined(separator: " OR ")))"
    }
}

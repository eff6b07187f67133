/// A value to compare with, in the type of the column it is compared to.
package enum Literal: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case double(Double)
    case bool(Bool)
    /// Exact decimal digits.
    case decimal(String)
    case timestamp(Instant)
    /// `YYYY-MM-DD`.
    case date(String)
}

/// What a condition looks at: a column, or a field inside a JSON column.
package enum Operand: Sendable, Equatable {
    case column(Column)
    case jsonField(Column, path: [String])
}

/// Comparisons of one value.
///
/// `notEqual` is also true for null, as people expect of "not".
package enum Comparison: String, Sendable, CaseIterable {
    case equal = "eq"
    case notEqual = "ne"
    case greater = "gt"
    case greaterOrEqual = "gte"
    case less = "lt"
    case lessOrEqual = "lte"
}

/// One condition; the conditions of a query must all hold.
package enum Condition: Sendable, Equatable {
    case compare(Operand, Comparison, Literal)
    /// True for none of the rows when the list is empty.
    case anyOf(Operand, [Literal])
    /// Contains the text, case-sensitive.
    case contains(Operand, String)
    /// Starts with the text, case-sensitive.
    case startsWith(Operand, String)
    case isPresent(Operand)
    case isAbsent(Operand)
}

/// The rows of one organisation that an export wants, in a total order.
package struct RowQuery: Sendable {
    package let resource: Resource
    /// Bound as `org_id` in every statement.
    package let orgId: String
    package let columns: [Column]
    package let conditions: [Condition]
    /// Column names; ends with the whole key, so that the order is total.
    package let order: [String]
    package let limit: Int?

    package init(
        resource: Resource, orgId: String, columns: [Column], conditions: [Condition] = [], order: [String]? = nil,
        limit: Int? = nil
    ) {
        self.resource = resource
        self.orgId = orgId
        self.columns = columns
        self.conditions = conditions
        self.order = order ?? resource.key
        self.limit = limit
    }
}

/// The value of a column.
package struct RecordField: Sendable, Equatable {
    package let column: String
    package let value: Literal

    package init(_ column: String, _ value: Literal) {
        self.column = column
        self.value = value
    }
}

/// A condition on a column that is never null.
package struct RecordCondition: Sendable, Equatable {
    package let column: String
    package let comparison: Comparison
    package let value: Literal

    package init(_ column: String, _ comparison: Comparison, _ value: Literal) {
        self.column = column
        self.comparison = comparison
        self.value = value
    }

    /// The column has the value.
    package init(_ column: String, _ value: Literal) { self.init(column, .equal, value) }
}

/// Which records of a table are read, and what of them.
package struct RecordQuery: Sendable {
    package let table: TableDefinition
    package let columns: [String]
    package let conditions: [RecordCondition]
    /// Columns that the records are ordered by.
    package let order: [String]
    /// From the greatest to the least.
    package let isDescending: Bool
    /// Of equal records one is enough.
    package let isDistinct: Bool
    package let limit: Int?

    package init(
        _ columns: [String], of table: TableDefinition, where conditions: [RecordCondition], order: [String] = [],
        isDescending: Bool = false, isDistinct: Bool = false, limit: Int? = nil
    ) {
        self.table = table
        self.columns = columns
        self.conditions = conditions
        self.order = order
        self.isDescending = isDescending
        self.isDistinct = isDistinct
        self.limit = limit
    }
}

/// What was read of a record, in the columns of the query, as text: times as microseconds since 1970.
package struct Record: Sendable, Equatable {
    /// `nil` for null.
    package let values: [String?]

    package init(_ values: [String?]) { self.values = values }

    /// A value as text; empty for null and for a column that was not asked for.
    package func text(_ column: Int) -> String { value(column) ?? "" }

    /// A value as a number; `nil` for null and for what is none.
    package func integer(_ column: Int) -> Int? { value(column).flatMap { Int($0) } }

    /// Whether a value is true, as SQLite, PostgreSQL or JSON writes that.
    package func flag(_ column: Int) -> Bool { ["1", "t", "true"].contains(value(column)) }

    private func value(_ column: Int) -> String? { values.indices.contains(column) ? values[column] : nil }
}

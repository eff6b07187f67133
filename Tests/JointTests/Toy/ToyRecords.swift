import JobCore

/// A transaction over the jobs' own tables of the toy database.
final class ToyRecords: RecordSession {
    var tables: ToyDatabase.Tables
    var isReadOnly = false

    init(_ tables: ToyDatabase.Tables) { self.tables = tables }

    func read(_ query: RecordQuery, _ take: (Record) throws -> Bool) throws {
        var rows = try tables.rows(of: query.table.name).filter { meets($0, query.conditions, query.table) }
        for name in query.order.reversed() {
            let type = Self.type(name, query.table)
            // By insertion: rows that are the same in one column stay in the order of the others.
            var sorted: [ToyDatabase.Row] = []
            for row in rows {
                let place = sorted.firstIndex {
                    ToyValue.isLess(
                        query.isDescending ? $0[name] : row[name], query.isDescending ? row[name] : $0[name], type)
                }
                sorted.insert(row, at: place ?? sorted.count)
            }
            rows = sorted
        }
        var seen: Set<[String?]> = []
        var count = 0
        for row in rows where query.limit.map({ count < $0 }) ?? true {
            let values = query.columns.map { row[$0] }
            if query.isDistinct, !seen.insert(values).inserted { continue }
            count += 1
            if try !take(Record(values)) { return }
        }
    }

    func insert(_ fields: [RecordField], into table: TableDefinition) throws {
        try prove(table)
        tables.rows[table.name]?.append(Self.row(fields))
    }

    func update(_ table: TableDefinition, set fields: [RecordField], where conditions: [RecordCondition]) throws -> Int
    {
        try prove(table)
        let changes = Self.row(fields)
        let met = try tables.rows(of: table.name).indices.filter {
            meets(tables.rows[table.name]?[$0] ?? [:], conditions, table)
        }
        for place in met { tables.rows[table.name]?[place].merge(changes) { $1 } }
        return met.count
    }

    func delete(from table: TableDefinition, where conditions: [RecordCondition]) throws -> Int {
        try prove(table)
        let before = try tables.rows(of: table.name)
        let left = before.filter { !meets($0, conditions, table) }
        tables.rows[table.name] = left
        return before.count - left.count
    }

    func proveInsert(into table: TableDefinition) throws { try prove(table) }

    func create(_ table: TableDefinition) throws {
        if tables.rows[table.name] == nil { tables.rows[table.name] = [] }
    }

    private func prove(_ table: TableDefinition) throws {
        if isReadOnly { throw JobError(.databaseReadOnly, "toy: this transaction only reads") }
        _ = try tables.rows(of: table.name)
    }

    private func meets(_ row: ToyDatabase.Row, _ conditions: [RecordCondition], _ table: TableDefinition) -> Bool {
        conditions.allSatisfy { condition in
            ToyValue.compare(
                row[condition.column], condition.comparison, ToyValue.text(condition.value),
                Self.type(condition.column, table))
        }
    }

    private static func type(_ name: String, _ table: TableDefinition) -> ColumnType {
        // Times are numbers here, as records are.
        let type = table.fields.first { $0.name == name }?.type ?? .text
        return type == .timestamp ? .int : type
    }

    private static func row(_ fields: [RecordField]) -> ToyDatabase.Row {
        Dictionary(fields.map { ($0.column, ToyValue.text($0.value)) }) { $1 }
    }
}

/// Values of the toy database: text that is compared as its type is.
enum ToyValue {
    static func text(_ value: Literal) -> String {
        switch value {
        case .text(let text), .decimal(let text), .date(let text): text
        case .integer(let number): String(number)
        case .timestamp(let instant): String(instant.microseconds)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        }
    }

    static func isLess(_ left: String?, _ right: String?, _ type: ColumnType) -> Bool {
        guard let right else { return false }
        guard let left else { return true }
        switch type {
        case .int: return (Int64(left) ?? 0) < (Int64(right) ?? 0)
        case .decimal, .double: return (Double(left) ?? 0) < (Double(right) ?? 0)
        case .timestamp:
            let origin = Instant(seconds: 0)
            return (Timestamp.parse(left) ?? origin) < (Timestamp.parse(right) ?? origin)
        case .text, .bool, .date, .uuid, .json: return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }

    /// Whether the value is there and stands so to the other; what differs from null differs.
    static func compare(_ left: String?, _ comparison: Comparison, _ right: String, _ type: ColumnType) -> Bool {
        guard let left else { return comparison == .notEqual }
        let isLess = isLess(left, right, type)
        let isGreater = self.isLess(right, left, type)
        return switch comparison {
        case .equal: !isLess && !isGreater
        case .notEqual: isLess || isGreater
        case .greater: isGreater
        case .greaterOrEqual: !isLess
        case .less: isLess
        case .lessOrEqual: !isGreater
        }
    }
}

import Formats
import JobCore

/// A copy of the tables, which nothing changes any more.
struct ToySnapshot: DatabaseSnapshot {
    let tables: ToyDatabase.Tables

    func count(_ query: RowQuery) async throws -> Int { try rows(query).count }

    func read(
        _ query: RowQuery, into channel: BoundedChannel<RowBatch>, pool: Pool<RowBatch>, progress: ReadProgress
    ) async throws {
        let rows = try rows(query)
        for start in stride(from: 0, to: rows.count, by: 100) {
            var batch = pool.take()
            batch.removeAll()
            batch.columnCount = query.columns.count
            for row in rows[start..<min(start + 100, rows.count)] {
                for column in query.columns { batch.append(row[column.name]) }
            }
            try await channel.send(batch)
        }
        channel.finish()
    }

    func close() async {}

    private func rows(_ query: RowQuery) throws -> [ToyDatabase.Row] {
        let found = try tables.rows(of: query.resource.table).filter { row in
            row["org_id"] == query.orgId && query.conditions.allSatisfy { meets(row, $0) }
        }
        let sorted = found.sorted { left, right in
            for name in query.order {
                let type = query.resource.column(name)?.type ?? .text
                if ToyValue.isLess(left[name], right[name], type) { return true }
                if ToyValue.isLess(right[name], left[name], type) { return false }
            }
            return false
        }
        return query.limit.map { Array(sorted.prefix($0)) } ?? sorted
    }

    private func meets(_ row: ToyDatabase.Row, _ condition: Condition) -> Bool {
        switch condition {
        case .compare(let operand, let comparison, let value): compare(row, operand, comparison, value)
        case .anyOf(let operand, let values): values.contains { compare(row, operand, .equal, $0) }
        case .contains(let operand, let part):
            value(row, operand)?.text.utf8.firstRange(of: part.utf8) != nil
                || (part.isEmpty && value(row, operand) != nil)
        case .startsWith(let operand, let part): value(row, operand)?.text.utf8.starts(with: part.utf8) ?? false
        case .isPresent(let operand): value(row, operand) != nil
        case .isAbsent(let operand): value(row, operand) == nil
        }
    }

    private func compare(
        _ row: ToyDatabase.Row, _ operand: Operand, _ comparison: Comparison, _ literal: Literal
    ) -> Bool {
        guard let found = value(row, operand), found.use == nil || found.use == ComparisonUse(literal, isOrder: false)
        else { return comparison == .notEqual }
        if case .timestamp(let moment) = literal, found.type == .timestamp {
            return ToyValue.compare(
                Timestamp.parse(found.text).map { String($0.microseconds) }, comparison, String(moment.microseconds),
                .int)
        }
        return ToyValue.compare(found.text, comparison, ToyValue.text(literal), found.type)
    }

    /// A value, its type, and what it can be compared with when it is one inside a JSON column.
    private func value(
        _ row: ToyDatabase.Row, _ operand: Operand
    ) -> (text: String, type: ColumnType, use: ComparisonUse?)? {
        switch operand {
        case .column(let column): return row[column.name].map { ($0, column.type, nil) }
        case .jsonField(let column, let path):
            var found = row[column.name].flatMap { try? JSONValue(parsing: Array($0.utf8)) }
            for name in path { found = found?[name] }
            return switch found {
            case .string(let text): (text, .text, .text)
            case .number(let text): (text, .decimal, .number)
            case .bool(let flag): (String(flag), .bool, .flag)
            default: nil
            }
        }
    }
}

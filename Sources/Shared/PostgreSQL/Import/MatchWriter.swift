internal import JobCore

/// Loads rows that may change rows that are there.
final class MatchWriter: BatchWriter {
    private let load: MatchedLoad
    private let table: Table

    /// `changes` makes what writes changes; without it nothing is written.
    init(
        _ plan: LoadPlan, _ columns: [Column], _ probe: MatchProbe, rows: any BatchWriter,
        changes: ((ChangeLayout) throws -> any BatchWriter)?
    ) rethrows {
        load = MatchedLoad(plan, columns: columns)
        table = Table(probe: probe, rows: rows, changes: try changes?(plan.changeLayout(columns)))
    }

    func begin() {
        table.rows.begin()
        table.changes?.begin()
    }

    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome { try load.load(batch, rows: rows, table) }

    private struct Table: MatchingTable {
        let probe: MatchProbe
        let rows: any BatchWriter
        let changes: (any BatchWriter)?

        func stored(_ batch: RowBatch, _ rows: [Int]) throws -> StoredRows {
            if rows.isEmpty { return StoredRows(rows: RowBatch(columnCount: 0)) }
            if let found = try probe.stored(batch, rows) { return found }
            // A value that its column's type does not read is not there.
            if rows.count == 1 { return StoredRows(rows: RowBatch(columnCount: 0)) }
            let half = rows.count / 2
            return try stored(batch, Array(rows[..<half])).adding(stored(batch, Array(rows[half...])))
        }

        func insert(_ batch: RowBatch) throws -> LoadOutcome {
            try rows.load(batch, rows: Array(0..<batch.rowCount))
        }

        func change(_ batch: RowBatch) throws -> LoadOutcome {
            guard let changes else { return LoadOutcome(updated: batch.rowCount) }
            return try changes.load(batch, rows: Array(0..<batch.rowCount))
        }
    }
}

extension StoredRows {
    fileprivate func adding(_ other: StoredRows) -> StoredRows {
        if incoming.isEmpty { return other }
        var sum = self
        for row in other.incoming.indices {
            for column in 0..<other.rows.columnCount { sum.rows.appendField(of: other.rows, row: row, column: column) }
        }
        sum.incoming += other.incoming
        return sum
    }
}

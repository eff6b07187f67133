internal import JobCore

/// The live table of an import that reads rows before it changes them.
struct MatchTable: MatchingTable {
    let probe: MatchProbe
    let rows: any BatchWriter
    /// Writes changes; `nil`: nothing is written.
    let changes: (any BatchWriter)?

    func begin() {
        rows.begin()
        changes?.begin()
    }

    func stored(_ batch: RowBatch, _ rows: [Int]) throws -> StoredRows {
        // A value that its column's type does not read is not there.
        let found = try Halving.answers(rows, alone: { _ in nil }, ask: { try probe.stored(batch, $0) })
        guard let first = found.first else { return StoredRows(rows: RowBatch(columnCount: 0)) }
        return found.dropFirst().reduce(first) { $0.adding($1) }
    }

    func insert(_ batch: RowBatch) throws -> LoadOutcome { try rows.load(batch, rows: Array(0..<batch.rowCount)) }

    func change(_ batch: RowBatch) throws -> LoadOutcome {
        guard let changes else { return LoadOutcome(updated: batch.rowCount) }
        return try changes.load(batch, rows: Array(0..<batch.rowCount))
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

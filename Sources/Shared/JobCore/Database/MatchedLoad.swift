/// Rows of a table that rows of a batch match.
package struct StoredRows: Sendable {
    /// In the columns that a `ChangeLayout` reads, as canonical text.
    package var rows: RowBatch
    /// For each of them the row of the batch.
    package var incoming: [Int]

    package init(rows: RowBatch, incoming: [Int] = []) {
        self.rows = rows
        self.incoming = incoming
    }
}

/// What a database does for an import that reads before it writes.
package protocol MatchingTable {
    /// The rows that match these rows of the batch; none of these rows matches by the same values as another one.
    func stored(_ batch: RowBatch, _ rows: [Int]) throws -> StoredRows

    /// Inserts all rows.
    func insert(_ batch: RowBatch) throws -> LoadOutcome

    /// Writes changes, in the columns of the layout.
    func change(_ batch: RowBatch) throws -> LoadOutcome
}

/// Loads rows that may change rows that are there: finds those, decides about their values, writes.
///
/// The same for every database, and for a dry run but for the writing. Used by one task.
package final class MatchedLoad {
    /// Rows of which a dry run tells what would change.
    private static let shownChanges = 20

    private let plan: LoadPlan
    private let layout: ChangeLayout
    private let merger: any RowMerger
    private var keys: RowKeys
    private var storedKeys: RowKeys
    /// In a dry run, what the rows would be matched by that would have been inserted.
    private var unwritten = KeySet()
    private var shown = 0

    package init(_ plan: LoadPlan, columns: [Column]) {
        self.plan = plan
        layout = plan.changeLayout(columns)
        merger = plan.makeMerger(layout)
        keys = RowKeys(matchOn: plan, columns)
        storedKeys = RowKeys(layout.key.map(\.name), layout.read)
    }

    /// Loads these rows of the batch.
    ///
    /// Rows that match by the same values are loaded one after the other, so that each one finds what the one before it
    /// has left.
    package func load(_ batch: RowBatch, rows: [Int], _ table: some MatchingTable) throws -> LoadOutcome {
        let repeats = keys.repeats(in: batch)
        var wave = [Int](repeating: 0, count: batch.rowCount)
        var waves = 1
        for row in rows where repeats[row] >= 0 {
            wave[row] = wave[Int(repeats[row])] + 1
            waves = max(waves, wave[row] + 1)
        }
        var outcome = LoadOutcome()
        for number in 0..<waves {
            // What the table takes for the same, though its text differs, waits for the one before it.
            var rest = waves == 1 ? rows : rows.filter { wave[$0] == number }
            while !rest.isEmpty {
                var waiting: [Int] = []
                outcome.add(try loadOnce(batch, rows: rest, table, &waiting))
                rest = waiting
            }
        }
        return outcome
    }

    /// Loads the rows but for those that would change a row again that one of them changes: they are `waiting`.
    private func loadOnce(
        _ batch: RowBatch, rows: [Int], _ table: some MatchingTable, _ waiting: inout [Int]
    ) throws -> LoadOutcome {
        let stored = try table.stored(batch, rows)
        let earlier = storedKeys.repeats(in: stored.rows)
        var match = [Int32](repeating: -1, count: batch.rowCount)
        var isAmbiguous = [Bool](repeating: false, count: batch.rowCount)
        for (place, row) in stored.incoming.enumerated() {
            isAmbiguous[row] = match[row] >= 0
            match[row] = Int32(place)
        }
        var outcome = LoadOutcome()
        var new: [Int] = []
        var changing: [Int] = []
        var changes = RowBatch(columnCount: layout.columns.count)
        for row in rows {
            if match[row] < 0 {
                if plan.mode == .update {
                    outcome.refused.append(RowVerdict(row: row, reason: .noMatch))
                } else if plan.isDryRun, unwritten.contains(keys.hash(batch, row)) {
                    outcome.meet(row, plan.mode)
                } else {
                    new.append(row)
                }
            } else if plan.mode == .insert {
                outcome.meet(row, .insert)
            } else if isAmbiguous[row] {
                outcome.refused.append(RowVerdict(row: row, reason: .ambiguousMatch))
            } else if earlier[Int(match[row])] >= 0 {
                waiting.append(row)
            } else {
                changing.append(row)
                append(stored.rows, Int(match[row]), batch, row, to: &changes, &outcome)
            }
        }
        if !new.isEmpty { outcome.add(try insert(batch, new, table)) }
        if !changing.isEmpty { outcome.add(try table.change(changes).placed(in: changing)) }
        return outcome
    }

    private func insert(_ batch: RowBatch, _ new: [Int], _ table: some MatchingTable) throws -> LoadOutcome {
        let inserted = try table.insert(batch.subset(new))
        if plan.isDryRun {
            let refused = Set(inserted.refused.map(\.row))
            for (place, row) in new.enumerated() where !refused.contains(place) {
                unwritten.insert(keys.hash(batch, row))
            }
        }
        return inserted.placed(in: new)
    }

    private func append(
        _ stored: RowBatch, _ storedRow: Int, _ batch: RowBatch, _ row: Int, to changes: inout RowBatch,
        _ outcome: inout LoadOutcome
    ) {
        for column in layout.key.indices { changes.appendField(of: stored, row: storedRow, column: column) }
        if merger.merge(stored, storedRow, batch, row, into: &changes) { outcome.consentKept += 1 }
        guard plan.isDryRun, shown < Self.shownChanges else { return }
        let place = changes.rowCount - 1
        var fields: [RowChange.Field] = []
        for (index, column) in layout.columns.enumerated() {
            let before = stored.text(row: storedRow, column: index)
            let after = changes.text(row: place, column: index)
            if before != after { fields.append(RowChange.Field(column: column, before: before, after: after)) }
        }
        if fields.isEmpty { return }
        shown += 1
        let key = layout.key.indices.map { stored.text(row: storedRow, column: $0) }
        outcome.changes.append(RowChange(row: row, key: key, fields: fields))
    }
}

extension LoadOutcome {
    /// A row meets one that is there, or would be.
    fileprivate mutating func meet(_ row: Int, _ mode: LoadMode) {
        if mode == .upsert {
            updated += 1
        } else {
            refused.append(RowVerdict(row: row, reason: .duplicateKey))
        }
    }
}

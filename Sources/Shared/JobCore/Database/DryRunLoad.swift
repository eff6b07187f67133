/// Tells what would become of rows whose key alone decides, and writes nothing.
///
/// Used by one task.
package final class DryRunLoad {
    private let mode: LoadMode
    private let keys: RowKeys
    private var seen = KeySet()

    package init(_ plan: LoadPlan, columns: [Column]) {
        mode = plan.readsStoredRows ? .insert : plan.mode
        keys = RowKeys(plan.resource.key, columns)
    }

    /// The fate of these rows of the batch, when the table has the keys of the `existing` ones.
    package func load(_ batch: RowBatch, rows: [Int], existing: Set<Int>) -> LoadOutcome {
        var outcome = LoadOutcome()
        for row in rows {
            if keys.positions.contains(where: { batch.isNull(row: row, column: $0) }) {
                outcome.refused.append(RowVerdict(row: row, reason: .constraint("not_null")))
                continue
            }
            let isFirst = seen.insert(keys.hash(batch, row))
            if !isFirst { outcome.repeatedKeys += 1 }
            if isFirst && (existing.isEmpty || !existing.contains(row)) {
                outcome.inserted += 1
            } else if mode == .upsert {
                outcome.updated += 1
            } else {
                outcome.refused.append(RowVerdict(row: row, reason: .duplicateKey))
            }
        }
        return outcome
    }
}

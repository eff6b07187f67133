/// Tells what would become of rows whose key alone decides, and writes nothing.
///
/// Used by one task.
package final class DryRunLoad {
    private let mode: LoadMode
    private let keys: RowKeys
    private var seen = KeySet()
    private var hashes: [UInt64] = []
    private var places: [KeySet.Places] = []
    private var hasStoredKeys = false

    package init(_ request: LoadRequest, columns: [Column]) {
        mode = request.readsStoredRows ? .insert : request.mode
        keys = RowKeys(request.resource.key, columns)
    }

    /// All keys of the table are remembered, and nobody needs to ask for them.
    package var knowsStoredKeys: Bool { hasStoredKeys && !seen.hasBegunAnew }

    /// Takes note of the keys of the table, the only columns of these batches; returns how many.
    ///
    /// The keys are known when `next` has no more, unless there are more than the limit.
    package func learnStoredKeys(
        _ names: [String], columns: [Column], limit: Int, next: () throws -> RowBatch?
    ) rethrows {
        let stored = RowKeys(names, columns)
        var count = 0
        while let batch = try next() {
            count += batch.rowCount
            stored.hash(batch, 0..<batch.rowCount, into: &hashes)
            seen.insert(hashes, in: .table) { _, _ in }
        }
        hasStoredKeys = count <= limit
    }

    /// The fate of these rows of the batch, when the table has the keys of the `existing` ones.
    package func load(_ batch: RowBatch, rows: [Int], existing: Set<Int>) -> LoadOutcome {
        var outcome = LoadOutcome()
        // In two steps, so that the processor looks up many keys at once: each is a miss of its caches.
        let complete = rows.filter { row in !keys.positions.contains { batch.isNull(row: row, column: $0) } }
        keys.hash(batch, complete, into: &hashes)
        places.removeAll(keepingCapacity: true)
        seen.insert(hashes, in: .source) { places.append($1) }
        var next = 0
        for row in rows {
            guard next < complete.count, complete[next] == row else {
                outcome.refused.append(RowVerdict(row: row, reason: .constraint("not_null")))
                continue
            }
            let before = places[next]
            next += 1
            let isFirst = !before.contains(.source)
            if !isFirst { outcome.repeatedKeys += 1 }
            if isFirst && !before.contains(.table) && (existing.isEmpty || !existing.contains(row)) {
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

internal import JobCore

/// Tells what would become of the rows, and writes nothing.
final class DryRunWriter: BatchWriter {
    /// Keys that are remembered to find those that come again: 64 MiB.
    private static let maximumKeys = 4 << 20

    private let plan: LoadPlan
    /// `nil`: the organisation has no rows.
    private let probe: KeyProbe?
    private var keys: BatchKeys
    private var seen: Set<UInt64> = []

    init(_ plan: LoadPlan, probe: KeyProbe?, keys: BatchKeys) {
        self.plan = plan
        self.probe = probe
        self.keys = keys
    }

    func begin() {}

    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        let existing = try probe.map { try self.existing($0, batch, rows) } ?? []
        var outcome = LoadOutcome()
        for row in rows {
            let isNew = remember(keys.hash(batch, row)) && !existing.contains(row)
            if isNew {
                outcome.inserted += 1
            } else if plan.mode == .upsert {
                outcome.updated += 1
            } else {
                outcome.refused.append(RowVerdict(row: row, reason: .duplicateKey))
            }
        }
        return outcome
    }

    private func existing(_ probe: KeyProbe, _ batch: RowBatch, _ rows: [Int]) throws -> Set<Int> {
        if let found = try probe.existing(batch, rows, keys) { return found }
        // A key that its column's type does not read is not there.
        if rows.count == 1 { return [] }
        let half = rows.count / 2
        return try existing(probe, batch, Array(rows[..<half])).union(existing(probe, batch, Array(rows[half...])))
    }

    /// True when the key comes for the first time.
    ///
    /// A source with more keys than are remembered is looked at in stretches.
    private func remember(_ hash: UInt64) -> Bool {
        if seen.count >= Self.maximumKeys { seen.removeAll(keepingCapacity: true) }
        return seen.insert(hash).inserted
    }
}

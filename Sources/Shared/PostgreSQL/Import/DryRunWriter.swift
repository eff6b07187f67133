internal import JobCore

/// Tells what would become of the rows, and writes nothing.
final class DryRunWriter: BatchWriter {
    private let load: DryRunLoad
    /// `nil`: the organisation has no rows.
    private let probe: KeyProbe?
    private let keys: RowKeys

    init(_ load: DryRunLoad, probe: KeyProbe?, keys: RowKeys) {
        self.load = load
        self.probe = probe
        self.keys = keys
    }

    func begin() {}

    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        load.load(batch, rows: rows, existing: try probe.map { try existing($0, batch, rows) } ?? [])
    }

    private func existing(_ probe: KeyProbe, _ batch: RowBatch, _ rows: [Int]) throws -> Set<Int> {
        if let found = try probe.existing(batch, rows, keys) { return found }
        // A key that its column's type does not read is not there.
        if rows.count == 1 { return [] }
        let half = rows.count / 2
        return try existing(probe, batch, Array(rows[..<half])).union(existing(probe, batch, Array(rows[half...])))
    }
}

internal import JobCore

/// Tells what would become of the rows, and writes nothing.
final class DryRunWriter: BatchWriter {
    private let load: DryRunLoad
    /// `nil`: the organisation has no rows.
    private let probe: KeyProbe?
    private let keys: RowKeys
    /// `nil`: they are not read, or have been.
    private var stored: StoredKeys?
    /// Keys that the server was asked for.
    private var asked = 0

    init(_ load: DryRunLoad, probe: KeyProbe?, stored: StoredKeys?, keys: RowKeys) {
        self.load = load
        self.probe = probe
        self.stored = stored
        self.keys = keys
    }

    func begin() {}

    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        guard let probe else { return load.load(batch, rows: rows, existing: []) }
        if let stored, stored.pays(afterQuestions: asked) {
            self.stored = nil
            try stored.read(into: load)
        }
        if load.knowsStoredKeys { return load.load(batch, rows: rows, existing: []) }
        asked += rows.count
        return load.load(batch, rows: rows, existing: try existing(probe, batch, rows))
    }

    private func existing(_ probe: KeyProbe, _ batch: RowBatch, _ rows: [Int]) throws -> Set<Int> {
        if let found = try probe.existing(batch, rows, keys) { return found }
        // A key that its column's type does not read is not there.
        if rows.count == 1 { return [] }
        let half = rows.count / 2
        return try existing(probe, batch, Array(rows[..<half])).union(existing(probe, batch, Array(rows[half...])))
    }
}

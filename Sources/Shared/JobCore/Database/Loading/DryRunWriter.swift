/// A table that is asked which keys it has.
package protocol KeyTable {
    /// Those of the rows whose key is there; `nil` when they cannot be asked for together, because a value among them is none
    /// of its column.
    func existing(_ batch: RowBatch, _ rows: [Int]) throws -> Set<Int>?
}

/// All keys of a table, which may be read at once.
package protocol KeyReader {
    /// Whether reading them is worth it after so many questions.
    func pays(afterQuestions count: Int) -> Bool

    /// Reads them.
    func read(into load: DryRunLoad) throws
}

/// Tells what would become of the rows, and writes nothing.
package final class DryRunWriter: BatchWriter {
    private let load: DryRunLoad
    /// `nil`: the organisation has no rows.
    private let table: (any KeyTable)?
    /// `nil`: they are not read, or have been.
    private var all: (any KeyReader)?
    /// Keys that the table was asked for.
    private var asked = 0

    package init(_ load: DryRunLoad, table: (any KeyTable)?, all: (any KeyReader)? = nil) {
        self.load = load
        self.table = table
        self.all = table == nil ? nil : all
    }

    package func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        guard let table else { return load.load(batch, rows: rows, existing: []) }
        if let all, all.pays(afterQuestions: asked) {
            self.all = nil
            try all.read(into: load)
        }
        if load.knowsStoredKeys { return load.load(batch, rows: rows, existing: []) }
        asked += rows.count
        // A key that its column's type does not read is not there.
        let found = try Halving.answers(rows, alone: { _ in nil }, ask: { try table.existing(batch, $0) })
        let existing = found.count == 1 ? found[0] : found.reduce(into: Set<Int>()) { $0.formUnion($1) }
        return load.load(batch, rows: rows, existing: existing)
    }
}

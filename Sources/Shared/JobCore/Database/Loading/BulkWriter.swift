/// What is wrong with one of the rows that a table was given together.
package struct RowFault: Error {
    /// Its place among them; `nil` when the table does not tell.
    package let place: Int?
    package let reason: RowVerdict.Reason

    package init(place: Int?, reason: RowVerdict.Reason) {
        self.place = place
        self.reason = reason
    }
}

/// A table that takes many rows in one statement: all of them, or none.
package protocol BulkTable {
    /// A transaction was opened.
    mutating func begin()

    /// Those of the rows whose key is there; `nil` when they cannot be asked for together.
    func existing(_ batch: RowBatch, _ rows: [Int]) throws -> Set<Int>?

    /// Writes these rows. Throws `RowFault`, with nothing of them written, and what ends the transaction.
    mutating func write(_ batch: RowBatch, _ rows: [Int]) throws -> (inserted: Int, updated: Int)
}

/// Loads batches into a table that takes many rows at once: finds keys that are there, writes the others, and finds the rows
/// that the database refuses.
///
/// The same for every such database.
package final class BulkWriter<Table: BulkTable>: BatchWriter {
    /// Batches without a duplicate after which keys are no longer asked for in advance.
    private static var calmBatches: Int { 4 }

    private let mode: LoadMode
    private var keys: RowKeys
    private var table: Table
    /// Batches until keys are no longer asked for in advance; 0: they are not.
    private var wariness: Int

    /// `startsWary`: keys are asked for before the first batch is written.
    package init(_ mode: LoadMode, _ table: Table, keys: RowKeys, startsWary: Bool) {
        self.mode = mode
        self.table = table
        self.keys = keys
        wariness = startsWary ? Self.calmBatches : 0
    }

    package func begin() { table.begin() }

    package func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        let repeats = keys.repeats(in: batch)
        var fate = Fate()
        switch mode {
        case .insert: try insert(batch, rows, repeats, &fate)
        // Rows that are repeated count as if each had been applied in its turn: the last one stays, the others were changed.
        // What the database refuses in one wave does not hinder the next.
        case .upsert: for wave in RowWaves(rows, repeats: repeats).rows { try write(batch, wave, &fate) }
        case .update: try write(batch, rows, &fate)
        }
        return fate.outcome
    }

    private func insert(_ batch: RowBatch, _ all: [Int], _ repeats: [Int32], _ fate: inout Fate) throws {
        var rows: [Int] = []
        rows.reserveCapacity(all.count)
        for row in all {
            if repeats[row] < 0 { rows.append(row) } else { fate.refuse(row, .duplicateKey) }
        }
        if wariness > 0 {
            let duplicates = try exclude(batch, &rows, &fate)
            wariness = duplicates == 0 ? wariness - 1 : Self.calmBatches
        }
        try write(batch, rows, &fate)
        // A first row that was refused leaves its key to the next one with it.
        try repair(batch, all, repeats, &fate)
    }

    /// Takes out the rows whose key is there; their number.
    private func exclude(_ batch: RowBatch, _ rows: inout [Int], _ fate: inout Fate) throws -> Int {
        // Without an answer the rows themselves will be refused.
        let existing = try table.existing(batch, rows) ?? []
        if existing.isEmpty { return 0 }
        rows.removeAll(where: existing.contains)
        for row in existing { fate.refuse(row, .duplicateKey) }
        return existing.count
    }

    /// Writes the rows, and finds out which of them the database refuses.
    ///
    /// After a refusal the next try is the part before the row that the database named, then that row, then ever longer
    /// parts of the rest: many bad rows cost a short try each, a few cost little more than none.
    private func write(_ batch: RowBatch, _ rows: [Int], _ fate: inout Fate) throws {
        var rest = rows[...]
        var length = rest.count
        while !rest.isEmpty {
            let part = rest.prefix(max(length, 1))
            do {
                let written = try table.write(batch, Array(part))
                fate.inserted += written.inserted
                fate.updated += written.updated
                rest = rest.dropFirst(part.count)
                length = part.count >= 4 ? rest.count : part.count * 4
            } catch let fault as RowFault {
                if wariness == 0, mode == .insert, fault.reason == .duplicateKey {
                    wariness = Self.calmBatches
                    var unknown = Array(rest)
                    _ = try exclude(batch, &unknown, &fate)
                    if unknown.count < rest.count {
                        rest = unknown[...]
                        length = rest.count
                        continue
                    }
                }
                if part.count == 1 {
                    fate.refuse(part[part.startIndex], fault.reason)
                    rest = rest.dropFirst()
                    length = 1
                } else if let place = fault.place, (0..<part.count).contains(place) {
                    length = max(place, 1)
                } else {
                    length = part.count / 2
                }
            }
        }
    }

    /// A repeated row whose first one was refused by a constraint gets its chance.
    private func repair(_ batch: RowBatch, _ rows: [Int], _ repeats: [Int32], _ fate: inout Fate) throws {
        var failed = Set(fate.refused.filter { $0.reason != .duplicateKey }.map(\.row))
        if failed.isEmpty { return }
        for row in rows where repeats[row] >= 0 && failed.contains(Int(repeats[row])) {
            fate.refused.removeAll { $0.row == row }
            let before = fate.refused.count
            try write(batch, [row], &fate)
            if fate.refused.count > before { failed.insert(row) }
        }
    }
}

/// What becomes of the rows of a batch, as it turns out.
private struct Fate {
    var inserted = 0
    var updated = 0
    var refused: [RowVerdict] = []

    mutating func refuse(_ row: Int, _ reason: RowVerdict.Reason) {
        refused.append(RowVerdict(row: row, reason: reason))
    }

    var outcome: LoadOutcome {
        LoadOutcome(inserted: inserted, updated: updated, refused: refused.sorted { $0.row < $1.row })
    }
}

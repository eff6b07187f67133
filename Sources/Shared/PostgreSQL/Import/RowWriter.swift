internal import JobCore

/// Loads batches: finds keys that are there, writes the others, and finds the rows that the server refuses.
@safe final class RowWriter: BatchWriter {
    /// Batches without a duplicate after which keys are no longer asked for in advance.
    private static let calmBatches = 4

    private let connection: Connection
    private let mode: LoadMode
    private let keyConstraints: Set<String>
    /// Needed for inserts.
    private let probe: KeyProbe?
    private var keys: RowKeys
    private var target: RowTarget
    /// Batches until keys are no longer asked for in advance; 0: they are not.
    private var wariness: Int
    private var hasSavepoint = false

    init(
        _ mode: LoadMode, target: RowTarget, probe: KeyProbe?, keys: RowKeys, keyConstraints: [String],
        startsWary: Bool, _ connection: Connection
    ) {
        self.connection = connection
        self.mode = mode
        self.target = target
        self.probe = probe
        self.keys = keys
        self.keyConstraints = Set(keyConstraints)
        wariness = startsWary ? Self.calmBatches : 0
    }

    /// A new transaction has no savepoint.
    func begin() { hasSavepoint = false }

    /// Loads these rows of the batch into the open transaction; of a key all rows are among them, or none.
    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        let repeats = keys.repeats(in: batch)
        switch mode {
        case .insert: return try insert(batch, rows, repeats)
        case .upsert: return try upsert(batch, rows, repeats)
        case .update:
            var fate = Fate()
            try write(batch, rows, &fate)
            return fate.outcome
        }
    }

    private func insert(_ batch: RowBatch, _ all: [Int], _ repeats: [Int32]) throws -> LoadOutcome {
        var fate = Fate()
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
        return fate.outcome
    }

    /// Rows that are repeated count as if each had been applied in its turn: the last one stays, the others were changed.
    private func upsert(_ batch: RowBatch, _ rows: [Int], _ repeats: [Int32]) throws -> LoadOutcome {
        var fate = Fate()
        // In waves, each with a key once: what the server refuses in one does not hinder the next.
        var wave = [Int](repeating: 0, count: batch.rowCount)
        var waves = 1
        for row in rows where repeats[row] >= 0 {
            wave[row] = wave[Int(repeats[row])] + 1
            waves = max(waves, wave[row] + 1)
        }
        for number in 0..<waves {
            try write(batch, waves == 1 ? rows : rows.filter { wave[$0] == number }, &fate)
        }
        return fate.outcome
    }

    /// Takes out the rows whose key is there; their number.
    private func exclude(_ batch: RowBatch, _ rows: inout [Int], _ fate: inout Fate) throws -> Int {
        // Without an answer the rows themselves will be refused.
        let existing = try probe?.existing(batch, rows, keys) ?? []
        if existing.isEmpty { return 0 }
        rows.removeAll(where: existing.contains)
        for row in existing { fate.refuse(row, .duplicateKey) }
        return existing.count
    }

    /// Writes the rows, and finds out which of them the server refuses.
    ///
    /// After a refusal the next try is the part before the row that the server named, then that row, then ever longer
    /// parts of the rest: many bad rows cost a short try each, a few cost little more than none.
    private func write(_ batch: RowBatch, _ rows: [Int], _ fate: inout Fate) throws {
        var rest = rows[...]
        var length = rest.count
        while !rest.isEmpty {
            let part = rest.prefix(max(length, 1))
            do {
                let written = try attempt(batch, Array(part))
                fate.inserted += written.inserted
                fate.updated += written.updated
                rest = rest.dropFirst(part.count)
                length = part.count >= 4 ? rest.count : part.count * 4
            } catch let error as ServerError where error.isAboutRows {
                if wariness == 0, mode == .insert, isKey(error) {
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
                    fate.refuse(part[part.startIndex], reason(error))
                    rest = rest.dropFirst()
                    length = 1
                } else {
                    let named = error.line.map { $0 - 1 } ?? 0
                    length = (1..<part.count).contains(named) ? named : error.line == 1 ? 1 : part.count / 2
                }
            }
        }
    }

    private func attempt(_ batch: RowBatch, _ rows: [Int]) throws -> (inserted: Int, updated: Int) {
        let savepoint = (hasSavepoint ? "RELEASE SAVEPOINT dataio; " : "") + "SAVEPOINT dataio; "
        hasSavepoint = true
        do {
            return try target.write(batch, rows, after: savepoint)
        } catch let error as ServerError where error.isAboutRows {
            try connection.execute("ROLLBACK TO SAVEPOINT dataio")
            throw error
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

    private func isKey(_ error: ServerError) -> Bool {
        error.sqlState == "23505" && error.constraint.map(keyConstraints.contains) == true
    }

    private func reason(_ error: ServerError) -> RowVerdict.Reason {
        isKey(error) ? .duplicateKey : .constraint(error.rowFault)
    }
}

extension ServerError {
    /// What was wrong with a row, for people: the kind, and the constraint or column.
    var rowFault: String {
        let kind =
            switch sqlState {
            case "23502": "not_null"
            case "23503": "foreign_key"
            case "23505": "unique"
            case "23514": "check"
            case "23P01": "exclusion"
            case "44000": "check_option"
            case "P0001": "trigger"
            case "22001", "22026": "too_long"
            case "22003": "out_of_range"
            case "22021", "22P05": "invalid_text"
            case "22P02", "22007", "22008": "invalid_value"
            default: "SQLSTATE \(sqlState)"
            }
        let name = constraint ?? column
        return name.map { "\(kind) (\($0))" } ?? kind
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

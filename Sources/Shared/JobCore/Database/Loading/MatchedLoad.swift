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

    /// Throws `limit_stored_bytes` (65) when the fields of another batch do not fit.
    package func makeRoom(for other: RowBatch) throws(JobError) {
        if !rows.isOverfull(with: other) { return }
        throw JobError(
            .limitStoredBytes, "the rows that one batch of the source matches have more than 1 GiB")
    }
}

/// What a database does for an import that reads before it writes.
package protocol MatchingTable {
    /// A transaction was opened.
    func begin()

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
package final class MatchedLoad<Table: MatchingTable>: BatchWriter {
    /// Rows of which a dry run tells what would change.
    private static var shownChanges: Int { 20 }
    /// Bytes of a value that are told; fewer are shown.
    private static var shownBytes: Int { 1 << 12 }

    private let request: LoadRequest
    private let table: Table
    private let layout: ChangeLayout
    private let merger: any RowMerger
    private var keys: RowKeys
    private var storedKeys: RowKeys
    /// In a dry run, what the rows would be matched by that would have been inserted.
    private var unwritten = KeySet()
    private var shown = 0

    package init(_ request: LoadRequest, columns: [Column], table: Table) {
        self.request = request
        self.table = table
        layout = request.changeLayout(columns)
        merger = request.makeMerger(layout)
        keys = RowKeys(matchOn: request, columns)
        storedKeys = RowKeys(layout.key.map(\.name), layout.read)
    }

    package func begin() { table.begin() }

    /// Loads these rows of the batch.
    ///
    /// Rows that match by the same values are loaded one after the other, so that each one finds what the one before it
    /// has left.
    package func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome {
        let waves = RowWaves(rows, repeats: keys.repeats(in: batch))
        var matches = Matches(count: batch.rowCount)
        var outcome = LoadOutcome()
        for rows in waves.rows { try load(batch, rows: rows, &matches, &outcome) }
        outcome.refused.sort { $0.row < $1.row }
        return outcome
    }

    /// What is known of each row of a batch; made once for all waves, of which there may be as many as rows.
    private struct Matches {
        /// The place of the stored row, -1 without one.
        var place: [Int32]
        var isAmbiguous: [Bool]

        init(count: Int) {
            place = Array(repeating: -1, count: count)
            isAmbiguous = Array(repeating: false, count: count)
        }
    }

    /// What the table takes for the same, though its text differs, waits for the one before it.
    private func load(
        _ batch: RowBatch, rows: [Int], _ matches: inout Matches, _ outcome: inout LoadOutcome
    ) throws {
        var next = [rows]
        while let rows = next.popLast() {
            var waiting: [[Int]] = []
            outcome.append(try loadOnce(batch, rows: rows, &matches, &waiting))
            next += waiting.reversed()
        }
    }

    /// Loads the rows but for those that would change a row again that one of them changes: they are `waiting`, first
    /// those that come second, then those that come third, and so on.
    private func loadOnce(
        _ batch: RowBatch, rows: [Int], _ matches: inout Matches, _ waiting: inout [[Int]]
    ) throws -> LoadOutcome {
        var stored = try table.stored(batch, rows)
        let earlier = storedKeys.repeats(in: stored.rows)
        // How many rows before this one change the same stored row.
        var depth = [Int](repeating: 0, count: earlier.count)
        for place in earlier.indices where earlier[place] >= 0 { depth[place] = depth[Int(earlier[place])] + 1 }
        for row in rows {
            matches.place[row] = -1
            matches.isAmbiguous[row] = false
        }
        for (place, row) in stored.incoming.enumerated() {
            matches.isAmbiguous[row] = matches.place[row] >= 0
            matches.place[row] = Int32(place)
        }
        var outcome = LoadOutcome()
        var new: [Int] = []
        var changing: [Int] = []
        var changes = RowBatch(columnCount: layout.columns.count)
        for row in rows {
            let place = Int(matches.place[row])
            if place < 0 {
                if request.mode == .update {
                    outcome.refused.append(RowVerdict(row: row, reason: .noMatch))
                } else if request.isDryRun, unwritten.contains(keys.hash(batch, row)) {
                    outcome.meet(row, request.mode)
                } else {
                    new.append(row)
                }
            } else if request.mode == .insert {
                outcome.meet(row, .insert)
            } else if matches.isAmbiguous[row] {
                outcome.refused.append(RowVerdict(row: row, reason: .ambiguousMatch))
            } else if depth[place] > 0 {
                while waiting.count < depth[place] { waiting.append([]) }
                waiting[depth[place] - 1].append(row)
            } else {
                changing.append(row)
                append(stored.rows, place, batch, row, to: &changes, &outcome)
            }
        }
        // A row may have 64 MiB, of which a database makes copies.
        stored.rows = RowBatch(columnCount: 0)
        if !new.isEmpty { outcome.add(try insert(batch, new)) }
        if !changing.isEmpty { outcome.add(try table.change(changes).placed(in: changing)) }
        return outcome
    }

    private func insert(_ batch: RowBatch, _ new: [Int]) throws -> LoadOutcome {
        let inserted = try table.insert(batch.subset(new))
        if request.isDryRun {
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
        guard request.isDryRun, shown < Self.shownChanges else { return }
        let place = changes.rowCount - 1
        var fields: [RowChange.Field] = []
        for (index, column) in layout.columns.enumerated() {
            if stored.hasSame(storedRow, index, as: changes, place, index) { continue }
            let before = stored.beginning(row: storedRow, column: index, bytes: Self.shownBytes)
            let after = changes.beginning(row: place, column: index, bytes: Self.shownBytes)
            fields.append(RowChange.Field(column: column, before: before, after: after))
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

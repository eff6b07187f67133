import JobCore
import Synchronization

/// The rows that a transaction of a load has changed, over those that are there.
final class ToyTransaction {
    let request: LoadRequest
    let columns: [Column]
    private let toy: ToyDatabase
    private(set) var changed: [[String]: ToyDatabase.Row] = [:]

    init(_ toy: ToyDatabase, _ request: LoadRequest, _ columns: [Column]) {
        self.toy = toy
        self.request = request
        self.columns = columns
    }

    func rollBack() { changed = [:] }

    func key(_ row: ToyDatabase.Row) -> [String] { request.resource.key.map { row[$0] ?? "" } }

    /// The rows of the organisation as the transaction sees them.
    func rows() throws -> [[String]: ToyDatabase.Row] {
        let stored = try toy.tables.withLock { try $0.rows(of: request.resource.table) }
        let own = stored.filter { $0["org_id"] == request.orgId }.map { (key($0), $0) }
        return Dictionary(own) { $1 }.merging(changed) { $1 }
    }

    /// A row of a batch in these columns; those that are null are not there.
    func row(_ batch: RowBatch, _ row: Int, _ columns: [Column]) -> ToyDatabase.Row {
        var found = ["org_id": request.orgId]
        for (place, column) in columns.enumerated() { found[column.name] = batch.text(row: row, column: place) }
        return found
    }

    func put(_ row: ToyDatabase.Row) { changed[key(row)] = row }

    /// Puts the changes into the tables of a session.
    func apply(to session: ToyRecords) {
        var rows = session.tables.rows[request.resource.table] ?? []
        for (key, row) in changed {
            if let place = rows.firstIndex(where: { $0["org_id"] == request.orgId && self.key($0) == key }) {
                rows[place] = row
            } else {
                rows.append(row)
            }
        }
        session.tables.rows[request.resource.table] = rows
    }
}

/// The table as what takes many rows together.
struct ToyTable: BulkTable, KeyTable {
    let transaction: ToyTransaction
    let mode: LoadMode
    let columns: [Column]

    mutating func begin() {}

    func existing(_ batch: RowBatch, _ rows: [Int]) throws -> Set<Int>? {
        let stored = try transaction.rows()
        return Set(rows.filter { stored[transaction.key(transaction.row(batch, $0, columns))] != nil })
    }

    mutating func write(_ batch: RowBatch, _ rows: [Int]) throws -> (inserted: Int, updated: Int) {
        var stored = try transaction.rows()
        var counts = (inserted: 0, updated: 0)
        var written: [ToyDatabase.Row] = []
        for (place, row) in rows.enumerated() {
            let new = transaction.row(batch, row, columns)
            let key = transaction.key(new)
            if transaction.request.resource.key.contains(where: { new[$0] == nil }) {
                throw RowFault(place: nil, reason: .constraint("not_null"))
            }
            if let old = stored[key] {
                if mode == .insert { throw RowFault(place: place, reason: .duplicateKey) }
                counts.updated += 1
                var changed = old
                for column in columns { changed[column.name] = new[column.name] }
                written.append(changed)
            } else {
                counts.inserted += 1
                written.append(new)
            }
            stored[key] = written.last
        }
        for row in written { transaction.put(row) }
        return counts
    }
}

/// The table of an import that reads rows before it changes them.
struct ToyMatches: MatchingTable {
    let transaction: ToyTransaction
    let rows: any BatchWriter
    let layout: ChangeLayout

    func begin() { rows.begin() }

    func stored(_ batch: RowBatch, _ rows: [Int]) throws -> StoredRows {
        var found = StoredRows(rows: RowBatch(columnCount: layout.read.count))
        let stored = try transaction.rows().sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        for row in rows {
            let wanted = values(transaction.row(batch, row, transaction.columns))
            for there in stored where !wanted.contains(nil) && values(there) == wanted {
                for column in layout.read { found.rows.append(there[column.name]) }
                found.incoming.append(row)
            }
        }
        return found
    }

    private func values(_ row: ToyDatabase.Row) -> [String?] {
        let request = transaction.request
        return request.matchOn.map { name in
            let isCaseless = request.resource.column(name).map(request.matchesWithoutCase) ?? false
            return isCaseless ? row[name]?.lowercased() : row[name]
        }
    }

    func insert(_ batch: RowBatch) throws -> LoadOutcome { try rows.load(batch, rows: Array(0..<batch.rowCount)) }

    func change(_ batch: RowBatch) throws -> LoadOutcome {
        if transaction.request.isDryRun { return LoadOutcome(updated: batch.rowCount) }
        var table = ToyTable(transaction: transaction, mode: .update, columns: layout.columns)
        return LoadOutcome(updated: try table.write(batch, Array(0..<batch.rowCount)).updated)
    }
}

/// Loads one import into the toy database.
actor ToyLoader: RowLoader {
    private let toy: ToyDatabase
    private let request: LoadRequest
    private let ledger: ImportLedger
    private var transaction: ToyTransaction?
    private var writer: (any BatchWriter)?
    private var kept: RejectPart?
    private var abandoned: [String] = []

    init(_ toy: ToyDatabase, _ request: LoadRequest) {
        self.toy = toy
        self.request = request
        ledger = ImportLedger(request)
    }

    func begin(columns: [Column]) async throws -> LoadCheckpoint? {
        let found = try toy.change { try ledger.takeOver($0) }
        abandoned = found.abandonedJobs
        let transaction = ToyTransaction(toy, request, columns)
        self.transaction = transaction
        let table = ToyTable(
            transaction: transaction, mode: request.readsStoredRows ? .insert : request.mode, columns: columns)
        let keys = RowKeys(request.resource.key, columns)
        let rows: any BatchWriter =
            request.isDryRun
            ? DryRunWriter(DryRunLoad(request, columns: columns), table: request.mode == .update ? nil : table)
            : BulkWriter(table.mode, table, keys: keys, startsWary: true)
        let matches = ToyMatches(transaction: transaction, rows: rows, layout: request.changeLayout(columns))
        writer = request.readsStoredRows ? MatchedLoad(request, columns: columns, table: matches) : rows
        return found.checkpoint
    }

    func lanes() async -> Int { 1 }

    func load(_ chunk: [RowBatch], lane: Int, turn: LoadTurn) async throws -> [LoadOutcome] {
        guard let writer else { throw JobError(.internalError, "the loader is closed") }
        try await turn.wait()
        return try chunk.map { try writer.load($0, rows: Array(0..<$0.rowCount)) }
    }

    func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart?, lane: Int) async throws {
        if request.isAtomic && !checkpoint.isComplete && !request.isDryRun { return }
        try toy.change { session in
            if !request.isDryRun { transaction?.apply(to: session) }
            if let rejects { try ledger.keep(rejects, session) }
            try ledger.record(checkpoint, session)
        }
        transaction?.rollBack()
    }

    func rollBack(lane: Int) async throws { transaction?.rollBack() }

    func rejects(after record: Int, limit: Int) async throws -> [KeptReject] {
        let isLost = toy.losses.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isLost { throw JobError(.databaseConnectionLost, "toy: the connection was lost") }
        return try toy.change { try ledger.rejects(after: record, limit: limit, $0) }
    }

    func rejectUsage() async throws -> RejectUsage { try toy.change { try ledger.rejectUsage($0) } }

    func discardRejects() async throws { try toy.change { try ledger.discardRejects($0) } }

    func abandonedJobs() async -> [String] { abandoned }

    func notes() async -> [Note] { [] }

    func discardRejects(ofAbandoned jobId: String) async throws {
        try toy.change { try ledger.discardRejects(ofAbandoned: jobId, $0) }
    }

    func close() async {
        transaction = nil
        writer = nil
    }
}

internal import Glibc
internal import JobCore

/// Loads one import, each chunk and its checkpoint in one transaction.
actor SQLiteLoader: RowLoader {
    private let executor = BlockingExecutor(label: "sqlite-write")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let path: String
    private let plan: LoadPlan
    private var connection: Connection?
    private var columns = LoadColumns([])
    private var loadRows: ((RowBatch) throws -> LoadOutcome)?
    private var ledger: ImportLedger?
    private var abandoned: [String] = []
    private var tableNotes: [Note] = []

    init(path: String, plan: LoadPlan) {
        self.path = path
        self.plan = plan
    }

    /// Opens the connection; a dry run opens it read-only.
    func open() throws {
        let connection = try Connection(path: path, access: plan.isDryRun ? .readOnly : .readWrite)
        // In WAL mode only FULL makes a commit survive a power cut; the manifest relies on it.
        try connection.execute("PRAGMA synchronous = FULL")
        self.connection = connection
        ledger = ImportLedger(connection: connection, plan: plan)
    }

    func begin(columns: [Column]) async throws -> LoadCheckpoint? {
        let connection = try opened()
        guard let ledger else { throw notBegun }
        let (checkpoint, abandoned) = try ledger.takeOver()
        self.abandoned = abandoned
        tableNotes = try TableCautions.notes(connection, plan, columns)
        loadRows = try makeLoad(connection, columns)
        self.columns = LoadColumns(columns)
        return checkpoint
    }

    /// What takes the rows of a batch: the table, or a dry run of it.
    private func makeLoad(
        _ connection: Connection, _ columns: [Column]
    ) throws(JobError) -> (RowBatch) throws -> LoadOutcome {
        let plan = plan
        let mode = plan.readsStoredRows ? LoadMode.insert : plan.mode
        let insert: (RowBatch) throws -> LoadOutcome
        if plan.mode == .update {
            // Nothing is inserted.
            insert = { _ in LoadOutcome() }
        } else if plan.isDryRun {
            let finder = try KeyFinder(connection, plan, columns)
            let load = DryRunLoad(plan, columns: columns)
            insert = { batch in
                load.load(batch, rows: Array(0..<batch.rowCount), existing: try finder.existing(batch))
            }
        } else {
            let inserter = try RowInserter(connection: connection, plan: plan, mode: mode, columns: columns)
            insert = { try inserter.load($0) }
        }
        guard plan.readsStoredRows else { return insert }
        let table = try MatchTable(connection, plan, columns, inserting: insert)
        let load = MatchedLoad(plan, columns: columns)
        return { batch in try load.load(batch, rows: Array(0..<batch.rowCount), table) }
    }

    func lanes() async -> Int { 1 }

    func load(_ chunk: [RowBatch], lane: Int, turn: LoadTurn) async throws -> [LoadOutcome] {
        let connection = try opened()
        guard let loadRows else { throw notBegun }
        try columns.check(chunk)
        // Others may write while the rejects of a chunk without good rows are stored.
        if chunk.allSatisfy({ $0.rowCount == 0 }) { return chunk.map { _ in LoadOutcome() } }
        if !connection.isInTransaction { try connection.execute(plan.isDryRun ? "BEGIN" : "BEGIN IMMEDIATE") }
        var outcomes: [LoadOutcome] = []
        for batch in chunk {
            try Task.checkCancellation()
            outcomes.append(try loadRows(batch))
        }
        return outcomes
    }

    func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart?, lane: Int) async throws {
        let connection = try opened()
        guard let ledger else { throw notBegun }
        if !connection.isInTransaction { try connection.execute(plan.isDryRun ? "BEGIN" : "BEGIN IMMEDIATE") }
        if let rejects, !plan.isDryRun { try ledger.keep(rejects) }
        if plan.isAtomic && !checkpoint.isComplete && !plan.isDryRun { return }
        try ledger.record(checkpoint)
        try connection.execute("COMMIT")
    }

    func rollBack(lane: Int) async throws {
        if let connection, connection.isInTransaction { try connection.execute("ROLLBACK") }
    }

    func rejects(after record: Int, limit: Int) async throws -> [KeptReject] {
        guard let ledger else { throw notBegun }
        return try ledger.rejects(after: record, limit: limit)
    }

    func rejectUsage() async throws -> RejectUsage {
        guard let ledger else { throw notBegun }
        return try ledger.rejectUsage()
    }

    func discardRejects() async throws {
        guard let ledger else { throw notBegun }
        try ledger.discardRejects()
    }

    func abandonedJobs() async -> [String] { abandoned }

    func notes() async -> [Note] { tableNotes }

    func discardRejects(ofAbandoned jobId: String) async throws {
        guard let ledger else { throw notBegun }
        try ledger.discardRejects(ofAbandoned: jobId)
    }

    func close() async {
        if let connection, connection.isInTransaction { try? connection.execute("ROLLBACK") }
        loadRows = nil
        ledger = nil
        connection = nil
    }

    private func opened() throws -> Connection {
        guard let connection else { throw JobError(.internalError, "the loader is closed") }
        return connection
    }

    private var notBegun: JobError { JobError(.internalError, "the loader has not begun") }
}

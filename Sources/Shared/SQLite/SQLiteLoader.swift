internal import Glibc
internal import JobCore

/// Loads one import, each chunk and its checkpoint in one transaction.
actor SQLiteLoader: RowLoader {
    private let executor = BlockingExecutor(label: "sqlite-write")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let path: String
    private let request: LoadRequest
    private var connection: Connection?
    private var columns = LoadColumns([])
    private var writer: (any BatchWriter)?
    private let ledger: ImportLedger
    private var abandoned: [String] = []
    private var tableNotes: [Note] = []

    init(path: String, request: LoadRequest) {
        self.path = path
        self.request = request
        ledger = ImportLedger(request)
    }

    /// Opens the connection; a dry run opens it read-only.
    func open() throws {
        let connection = try Connection(path: path, access: request.isDryRun ? .readOnly : .readWrite)
        // In WAL mode only FULL makes a commit survive a power cut; the manifest relies on it.
        try connection.execute("PRAGMA synchronous = FULL")
        self.connection = connection
    }

    func begin(columns: [Column]) async throws -> LoadCheckpoint? {
        let connection = try opened()
        let found = try within(connection) { try ledger.takeOver($0) }
        abandoned = found.abandonedJobs
        tableNotes = try TableCautions.notes(connection, request, columns)
        writer = try makeWriter(connection, columns)
        self.columns = LoadColumns(columns)
        return found.checkpoint
    }

    /// What takes the rows of a batch: the table, or a dry run of it.
    private func makeWriter(_ connection: Connection, _ columns: [Column]) throws(JobError) -> any BatchWriter {
        let mode = request.readsStoredRows ? LoadMode.insert : request.mode
        // An update inserts nothing.
        let insert: (any BatchWriter)? =
            if request.mode == .update {
                nil
            } else if request.isDryRun {
                DryRunWriter(
                    DryRunLoad(request, columns: columns), table: try KeyFinder(connection, request, columns))
            } else {
                try RowInserter(connection: connection, request: request, mode: mode, columns: columns)
            }
        if let insert, !request.readsStoredRows { return insert }
        return MatchedLoad(
            request, columns: columns, table: try MatchTable(connection, request, columns, inserter: insert))
    }

    func lanes() async -> Int { 1 }

    func load(_ chunk: [RowBatch], lane: Int, turn: LoadTurn) async throws -> [LoadOutcome] {
        let connection = try opened()
        guard let writer else { throw notBegun }
        try columns.check(chunk)
        // Others may write while the rejects of a chunk without good rows are stored.
        if chunk.allSatisfy({ $0.rowCount == 0 }) { return chunk.map { _ in LoadOutcome() } }
        try ensureTransaction(connection)
        var outcomes: [LoadOutcome] = []
        for batch in chunk {
            try Task.checkCancellation()
            outcomes.append(try writer.load(batch, rows: Array(0..<batch.rowCount)))
        }
        return outcomes
    }

    func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart?, lane: Int) async throws {
        let connection = try opened()
        try ensureTransaction(connection)
        let session = SQLiteSession(connection: connection)
        if let rejects { try ledger.keep(rejects, session) }
        if request.isAtomic && !checkpoint.isComplete && !request.isDryRun { return }
        try ledger.record(checkpoint, session)
        try connection.execute("COMMIT")
    }

    func rollBack(lane: Int) async throws {
        if let connection, connection.isInTransaction { try connection.execute("ROLLBACK") }
    }

    func rejects(after record: Int, limit: Int) async throws -> [KeptReject] {
        try ledger.rejects(after: record, limit: limit, SQLiteSession(connection: opened()))
    }

    func rejectUsage() async throws -> RejectUsage {
        try ledger.rejectUsage(SQLiteSession(connection: opened()))
    }

    func discardRejects() async throws {
        try ledger.discardRejects(SQLiteSession(connection: opened()))
    }

    func abandonedJobs() async -> [String] { abandoned }

    func notes() async -> [Note] { tableNotes }

    func discardRejects(ofAbandoned jobId: String) async throws {
        try within(opened()) { try ledger.discardRejects(ofAbandoned: jobId, $0) }
    }

    func close() async {
        if let connection, connection.isInTransaction { try? connection.execute("ROLLBACK") }
        writer = nil
        connection = nil
    }

    private func ensureTransaction(_ connection: Connection) throws(JobError) {
        if connection.isInTransaction { return }
        try connection.execute(request.isDryRun ? "BEGIN" : "BEGIN IMMEDIATE")
        writer?.begin()
    }

    /// Does something with the jobs' records inside the open transaction, or in one of its own.
    private func within<Value>(_ connection: Connection, _ work: (SQLiteSession) throws -> Value) throws -> Value {
        let session = SQLiteSession(connection: connection)
        if connection.isInTransaction || request.isDryRun { return try work(session) }
        try connection.execute("BEGIN IMMEDIATE")
        let value = try work(session)
        try connection.execute("COMMIT")
        return value
    }

    private func opened() throws -> Connection {
        guard let connection else { throw JobError(.internalError, "the loader is closed") }
        return connection
    }

    private var notBegun: JobError { JobError(.internalError, "the loader has not begun") }
}

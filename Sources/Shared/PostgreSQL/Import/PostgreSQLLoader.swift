internal import JobCore

/// Loads one import, each chunk and its checkpoint in one transaction.
actor PostgreSQLLoader: RowLoader {
    private let executor = BlockingExecutor(label: "postgresql-write")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let settings: ConnectionSettings
    private let plan: LoadPlan
    private nonisolated let waker = Waker()
    private var connection: Connection?
    private var ledger: ImportLedger?
    private var writer: (any BatchWriter)?

    init(_ settings: ConnectionSettings, plan: LoadPlan) {
        self.settings = settings
        self.plan = plan
    }

    /// Connects.
    func open() async throws {
        try await withTaskCancellationHandler {
            let connection = try await Session.connect(settings, waker: waker)
            self.connection = connection
            ledger = ImportLedger(connection: connection, plan: plan)
        } onCancel: {
            waker.wake()
        }
    }

    func begin(columns: [Column]) async throws -> LoadCheckpoint? {
        try await working("begin") { [plan] connection, ledger in
            let set = LoadSetUp(plan, columns, connection)
            if plan.isDryRun {
                try connection.execute(Session.begin("ISOLATION LEVEL REPEATABLE READ", on: connection))
                try connection.execute(ImportLedger.dryRunTable + "SET LOCAL transaction_read_only = on")
                self.writer = try set.dryRun()
                return nil
            }
            try set.createMissingJobTables()
            let found = try ledger.takeOver()
            self.writer = try set.writer()
            return found
        }
    }

    func load(_ rows: RowBatch) async throws -> LoadOutcome {
        try await working("load") { connection, _ in
            guard let writer = self.writer else { throw Self.notBegun }
            try self.ensureTransaction(connection)
            return try writer.load(rows)
        }
    }

    func commit(_ checkpoint: LoadCheckpoint, rejects: [RejectRecord]) async throws {
        try await working("commit") { [plan] connection, ledger in
            try self.ensureTransaction(connection)
            try ledger.keep(rejects)
            if plan.isDryRun || (plan.isAtomic && !checkpoint.isComplete) { return }
            try ledger.record(checkpoint)
            try connection.execute("COMMIT")
        }
    }

    private func ensureTransaction(_ connection: Connection) throws {
        if connection.isInTransaction { return }
        // Deferred constraints are checked with each batch, while it is known which rows are at fault.
        try connection.execute(Session.begin("", on: connection) + "SET CONSTRAINTS ALL IMMEDIATE")
        writer?.begin()
    }

    func rejects(after record: Int, limit: Int) async throws -> [RejectRecord] {
        try await working("read rejects") { _, ledger in try ledger.rejects(after: record, limit: limit) }
    }

    func rejectCounts() async throws -> [String: Int] {
        try await working("read rejects") { _, ledger in try ledger.rejectCounts() }
    }

    func discardRejects() async throws {
        try await working("discard rejects") { _, ledger in try ledger.discardRejects() }
    }

    func close() async {
        // The server rolls back what is open when the connection ends.
        writer = nil
        ledger = nil
        connection = nil
    }

    /// Does something with the connection; a cancelled task ends its waits.
    private func working<Value: Sendable>(
        _ doing: String, _ work: (Connection, ImportLedger) throws -> Value
    ) async throws -> Value {
        guard let connection, let ledger else { throw Self.notBegun }
        return try await withTaskCancellationHandler {
            do {
                return try work(connection, ledger)
            } catch {
                throw connection.failure(error, doing: doing)
            }
        } onCancel: {
            waker.wake()
        }
    }

    private static var notBegun: JobError { JobError("internal_error", .software, "the loader has not begun") }
}

/// What takes the rows of a batch: the table, or a dry run of it.
protocol BatchWriter: AnyObject {
    /// A transaction was opened.
    func begin()
    /// Takes the rows.
    func load(_ batch: RowBatch) throws -> LoadOutcome
}

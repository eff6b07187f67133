internal import JobCore

/// One connection that loads chunks, on a thread of its own.
actor LoadLane {
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

    /// Takes the job over, and looks at the table; also tells whether other lanes may work beside this one.
    func takeOver(_ columns: [Column]) async throws -> (checkpoint: LoadCheckpoint?, mayBeOneOfSeveral: Bool) {
        try await working("begin") { connection, ledger in
            let set = LoadSetUp(plan, columns, connection)
            if plan.isDryRun {
                try connection.execute(Session.begin("ISOLATION LEVEL REPEATABLE READ", on: connection))
                try connection.execute(ImportLedger.dryRunTable + "SET LOCAL transaction_read_only = on")
                writer = try set.dryRun()
                return (nil, false)
            }
            try set.createMissingJobTables()
            let found = try ledger.takeOver()
            let made = try Session.within(connection) { try set.writer() }
            writer = made.writer
            return (found, made.mayBeOneOfSeveral)
        }
    }

    /// Connects and gets ready to work beside another lane.
    func join(_ columns: [Column]) async throws {
        if connection != nil { return }
        try await open()
        try await working("begin") { connection, _ in
            writer = try Session.within(connection) { try LoadSetUp(plan, columns, connection).writer().writer }
        }
    }

    /// Loads these rows of each batch into the lane's transaction.
    func load(_ chunk: [RowBatch], rows: [[Int]]) async throws -> [LoadOutcome] {
        try await working("load") { connection, _ in
            guard let writer else { throw Self.notBegun }
            try ensureTransaction(connection)
            return try zip(chunk, rows).map { try $1.isEmpty ? LoadOutcome() : writer.load($0, rows: $1) }
        }
    }

    /// Commits the lane's transaction with the checkpoint.
    func commit(_ checkpoint: LoadCheckpoint, rejects: [RejectRecord]) async throws {
        try await working("commit") { connection, ledger in
            try ensureTransaction(connection)
            try ledger.keep(rejects)
            if plan.isDryRun || (plan.isAtomic && !checkpoint.isComplete) { return }
            try ledger.record(checkpoint)
            try connection.execute("COMMIT")
        }
    }

    /// Undoes the lane's transaction.
    func rollBack() async throws {
        try await working("roll back") { connection, _ in
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
        }
    }

    private func ensureTransaction(_ connection: Connection) throws {
        if connection.isInTransaction { return }
        // Deferred constraints are checked with each batch, while it is known which rows are at fault.
        try connection.execute(Session.begin("", on: connection) + "SET CONSTRAINTS ALL IMMEDIATE")
        writer?.begin()
    }

    /// Something else with the job's ledger.
    func withLedger<Value: Sendable>(_ doing: String, _ work: @Sendable (ImportLedger) throws -> Value) async throws
        -> Value
    {
        try await working(doing) { connection, ledger in try Session.within(connection) { try work(ledger) } }
    }

    /// Ends the connection; the server rolls back what is open.
    func close() {
        writer = nil
        ledger = nil
        connection = nil
    }

    /// Does something with the connection; a cancelled task ends its waits.
    private func working<Value>(
        _ doing: String, _ work: (Connection, ImportLedger) throws -> Value
    ) async throws -> Value {
        guard let connection, let ledger else { throw Self.notBegun }
        return try await withTaskCancellationHandler {
            try perform(doing, connection, ledger, work)
        } onCancel: {
            waker.wake()
        }
    }

    /// A method of the actor: a closure that touches none of its state would run on the cooperative pool, and block it.
    private func perform<Value>(
        _ doing: String, _ connection: Connection, _ ledger: ImportLedger,
        _ work: (Connection, ImportLedger) throws -> Value
    ) throws -> Value {
        do {
            return try work(connection, ledger)
        } catch {
            throw connection.failure(error, doing: doing)
        }
    }

    private static var notBegun: JobError { JobError("internal_error", .software, "the loader has not begun") }
}

/// What takes the rows of a batch: the table, or a dry run of it.
protocol BatchWriter: AnyObject {
    /// A transaction was opened.
    func begin()
    /// Takes these rows.
    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome
}

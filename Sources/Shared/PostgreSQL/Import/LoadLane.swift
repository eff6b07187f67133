internal import JobCore

/// One connection that loads chunks, on a thread of its own.
actor LoadLane {
    private let executor = BlockingExecutor(label: "postgresql-write")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let settings: ConnectionSettings
    private let request: LoadRequest
    private let ledger: ImportLedger
    private let lock: JobLock
    private nonisolated let waker = Waker()
    private var connection: Connection?
    private var writer: (any BatchWriter)?
    /// Milliseconds for which the server lets a transaction be silent.
    private var idleLimit = LoadLane.longestSilence

    /// A transaction of a load is never silent for long; one of a process that stands still must not stay for ever.
    private static let longestSilence = 900_000
    /// A role that allows less does not let a lane wait for its turn in a transaction.
    private static let shortSilence = 60_000

    init(_ settings: ConnectionSettings, request: LoadRequest) {
        self.settings = settings
        self.request = request
        ledger = ImportLedger(request)
        lock = JobLock(request)
    }

    /// Connects.
    func open() async throws {
        try await withTaskCancellationHandler {
            let connection = try await Session.connect(settings, waker: waker)
            try examine(connection)
            self.connection = connection
        } onCancel: {
            waker.wake()
        }
    }

    /// Takes note of the role's limits: they are never raised.
    private func examine(_ connection: Connection) throws {
        do {
            let limit = try Session.idleLimit(connection)
            if limit > 0 { idleLimit = min(limit, Self.longestSilence) }
        } catch {
            throw connection.failure(error, doing: "connect")
        }
    }

    /// What a lane finds when it takes the job over.
    struct Beginning: Sendable {
        var checkpoint: LoadCheckpoint?
        /// Whether other lanes may work beside this one.
        var mayBeOneOfSeveral = false
        /// Other jobs that nobody goes on with.
        var abandonedJobs: [String] = []
        /// On the table.
        var notes: [Note] = []
    }

    /// Takes the job over, and looks at the table.
    func takeOver(_ columns: [Column]) async throws -> Beginning {
        try await working("begin") { connection in
            let set = LoadSetUp(request, columns, connection)
            if request.isDryRun {
                let made = try Session.within(connection) { try set.dryRun() }
                writer = made.writer
                return Beginning(notes: made.notes)
            }
            try set.createMissingJobTables()
            try Session.within(connection) { try lock.endEarlierAttempts(connection) }
            let found = try takeOver(connection)
            let made = try Session.within(connection) { try set.writer() }
            writer = made.writer
            return Beginning(
                checkpoint: found.checkpoint,
                mayBeOneOfSeveral: made.mayBeOneOfSeveral && idleLimit >= Self.shortSilence,
                abandonedJobs: found.abandonedJobs, notes: made.notes)
        }
    }

    /// Connects and gets ready to work beside another lane.
    func join(_ columns: [Column]) async throws {
        if connection != nil { return }
        try await open()
        try await working("begin") { connection in
            writer = try Session.within(connection) { try LoadSetUp(request, columns, connection).writer().writer }
        }
    }

    /// Loads these rows of each batch into the lane's transaction.
    func load(_ chunk: [RowBatch], rows: [[Int]]) async throws -> [LoadOutcome] {
        try await working("load") { connection in
            guard let writer else { throw Self.notBegun }
            // No transaction waits while the rejects of a chunk without good rows are stored.
            if rows.allSatisfy(\.isEmpty) { return rows.map { _ in LoadOutcome() } }
            try ensureTransaction(connection)
            return try zip(chunk, rows).map { try $1.isEmpty ? LoadOutcome() : writer.load($0, rows: $1) }
        }
    }

    /// Commits the lane's transaction with the checkpoint.
    func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart?) async throws {
        try await working("commit") { connection in
            try ensureTransaction(connection)
            let records = PostgreSQLRecords(connection: connection)
            if let rejects { try ledger.keep(rejects, records) }
            if request.isAtomic && !checkpoint.isComplete && !request.isDryRun { return }
            try ledger.record(checkpoint, records)
            try connection.execute("COMMIT")
        }
    }

    /// Undoes the lane's transaction.
    func rollBack() async throws {
        try await working("roll back") { connection in
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
        }
    }

    private func ensureTransaction(_ connection: Connection) throws {
        if connection.isInTransaction { return }
        if request.isDryRun {
            // For one chunk: a view of the whole run would keep the server from tidying up while the source is read.
            try connection.execute(Session.begin("READ ONLY", on: connection, idleLimit: idleLimit))
        } else {
            // Deferred constraints are checked with each batch, while it is known which rows are at fault.
            try connection.execute(
                Session.begin("", on: connection, idleLimit: idleLimit) + lock.mark + "SET CONSTRAINTS ALL IMMEDIATE")
        }
        writer?.begin()
    }

    /// Makes this attempt the owner, in a transaction of its own that the next owner can end.
    private func takeOver(_ connection: Connection) throws -> ImportLedger.Beginning {
        try connection.execute(Session.begin("", on: connection) + lock.mark)
        let records = PostgreSQLRecords(connection: connection)
        try records.lock(ledger.key.lock)
        let found = try ledger.takeOver(records)
        try connection.execute("COMMIT")
        return found
    }

    /// Something else with the job's records, alone among those who name the same lock.
    func withLedger<Value: Sendable>(
        _ doing: String, lock: String? = nil,
        _ work: @Sendable (ImportLedger, PostgreSQLRecords) throws -> Value
    ) async throws -> Value {
        try await working(doing) { connection in
            try Session.within(connection) {
                let records = PostgreSQLRecords(connection: connection)
                if let lock { try records.lock(lock) }
                return try work(ledger, records)
            }
        }
    }

    /// Ends the connection; the server rolls back what is open.
    func close() {
        writer = nil
        connection = nil
    }

    /// Does something with the connection; a cancelled task ends its waits.
    private func working<Value>(
        _ doing: String, _ work: (Connection) throws -> Value
    ) async throws -> Value {
        guard let connection else { throw Self.notBegun }
        return try await withTaskCancellationHandler {
            try perform(doing, connection, work)
        } onCancel: {
            waker.wake()
        }
    }

    /// A method of the actor: a closure that touches none of its state would run on the cooperative pool, and block it.
    private func perform<Value>(
        _ doing: String, _ connection: Connection, _ work: (Connection) throws -> Value
    ) throws -> Value {
        do {
            return try work(connection)
        } catch {
            throw connection.failure(error, doing: doing)
        }
    }

    private static var notBegun: JobError { JobError(.internalError, "the loader has not begun") }
}

internal import JobCore

/// One connection that reads parts of a result, on a thread of its own.
actor RangeReader {
    /// What a reader sends: rows, or the end of a part.
    enum Item: Sendable {
        case rows(RowBatch)
        case endOfPart
    }

    private let executor = BlockingExecutor(label: "postgresql-read")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private static let batchBytes = 1 << 20

    private nonisolated let waker = Waker()
    private var connection: Connection?

    /// Connects and joins the view that another connection has exported.
    func open(_ settings: ConnectionSettings, snapshot: String) async throws {
        try await withTaskCancellationHandler {
            let connection = try await Session.connect(settings, waker: waker)
            do {
                try connection.execute(Session.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", on: connection))
                try connection.execute("SET TRANSACTION SNAPSHOT \(Quoting.literal(snapshot))")
            } catch let error as ServerError where ["22023", "42704", "55000"].contains(error.sqlState) {
                // The view has ended with the connection that had it: the server was restarted in between.
                throw PostgreSQLFailure.connectionLost(doing: "begin", database: connection.name)
            } catch {
                throw connection.failure(error, doing: "begin")
            }
            self.connection = connection
        } onCancel: {
            waker.wake()
        }
    }

    /// Reads the parts one after the other.
    func read(
        _ parts: [SplitQuery.Part], columns: [Column], forms: [WireForm], into channel: BoundedChannel<Item>,
        pool: Pool<RowBatch>
    ) async throws {
        guard let connection else { throw JobError(.internalError, "the reader is closed") }
        let decoder = BinaryRowDecoder(
            connection: connection, columns: columns, forms: forms, batchBytes: Self.batchBytes)
        try await withTaskCancellationHandler {
            try await copy(parts, RowCopy(connection: connection, decoder: decoder), into: channel, pool)
        } onCancel: {
            waker.wake()
        }
    }

    /// A method of the actor: a closure that touches none of its state would run on the cooperative pool, and block it.
    private func copy(
        _ parts: [SplitQuery.Part], _ rows: RowCopy, into channel: BoundedChannel<Item>, _ pool: Pool<RowBatch>
    ) async throws {
        for part in parts {
            try rows.begin(part.sql)
            while let batch = try rows.next(pool) { try await channel.send(.rows(batch)) }
            try await channel.send(.endOfPart)
        }
        channel.finish()
    }

    /// Ends the connection.
    func close() { connection = nil }
}

/// One COPY TO STDOUT from its beginning to its end.
struct RowCopy {
    let connection: Connection
    let decoder: BinaryRowDecoder

    /// Starts it.
    func begin(_ sql: String) throws {
        do {
            try connection.execute(sql)
        } catch {
            throw connection.failure(error, doing: "COPY")
        }
        decoder.restart()
    }

    /// The next batch, `nil` when all rows have come; only then it is known that none is missing.
    func next(_ pool: Pool<RowBatch>) throws -> RowBatch? {
        if decoder.isAtEnd { return nil }
        var batch = pool.take()
        do {
            try decoder.fill(&batch)
            if decoder.isAtEnd { try connection.results() }
        } catch {
            throw connection.failure(error, doing: "COPY")
        }
        if batch.rowCount > 0 { return batch }
        pool.give(batch)
        return nil
    }
}

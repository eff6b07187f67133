internal import JobCore

/// One read transaction on a connection and thread of its own.
actor SQLiteSnapshot: DatabaseSnapshot {
    private let executor = BlockingExecutor(label: "sqlite-read")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private static let batchBytes = 1 << 20
    private let path: String
    private let dialect = SQLiteDialect()
    private var connection: Connection?

    init(path: String) { self.path = path }

    /// Opens the connection and fixes the view.
    func open() throws {
        let connection = try Connection(path: path, access: .readOnly)
        try connection.execute("BEGIN")
        // The transaction begins with the first read (https://www.sqlite.org/isolation.html).
        _ = try connection.integer(SQLStatement("SELECT count(*) FROM sqlite_master"))
        self.connection = connection
    }

    private func opened() throws -> Connection {
        guard let connection else { throw JobError(.internalError, "the snapshot is closed") }
        return connection
    }

    func count(_ query: RowQuery) async throws -> Int {
        let connection = try opened()
        let interrupter = connection.interrupter
        return try await withTaskCancellationHandler {
            try connection.integer(QueryBuilder(query, dialect: dialect).count()) ?? 0
        } onCancel: {
            interrupter.interrupt()
        }
    }

    func read(
        _ query: RowQuery, into channel: BoundedChannel<RowBatch>, pool: Pool<RowBatch>, progress: ReadProgress
    ) async throws {
        let connection = try opened()
        let interrupter = connection.interrupter
        try await withTaskCancellationHandler {
            let statement = try connection.prepare(QueryBuilder(query, dialect: dialect).select())
            let decoder = RowDecoder(
                statement: statement, connection: connection, columns: query.columns, batchBytes: Self.batchBytes)
            while !decoder.isAtEnd {
                try Task.checkCancellation()
                var batch = pool.take()
                try decoder.fill(&batch)
                if batch.rowCount > 0 { try await channel.send(batch) }
            }
            channel.finish()
        } onCancel: {
            interrupter.interrupt()
        }
    }

    func close() async {
        connection = nil
    }
}

internal import FoundationEssentials
internal import JobCore

/// One read-only transaction, and the connections that share its view when there is much to read.
actor PostgreSQLSnapshot: DatabaseSnapshot {
    private let executor = BlockingExecutor(label: "postgresql-snapshot")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private static let batchBytes = 1 << 20
    /// Batches that a reader may be ahead of its turn.
    private static let batchesAhead = 12

    private let settings: ConnectionSettings
    private nonisolated let waker = Waker()
    private var connection: Connection?

    init(_ settings: ConnectionSettings) { self.settings = settings }

    /// Connects and fixes the view.
    func open() async throws {
        try await withTaskCancellationHandler {
            let connection = try await Session.connect(settings, waker: waker)
            do {
                try connection.execute(Session.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", on: connection))
                // The view is fixed by the first statement that reads.
                try connection.execute("SELECT 1")
            } catch {
                throw connection.failure(error, doing: "begin")
            }
            self.connection = connection
        } onCancel: {
            waker.wake()
        }
    }

    private func opened() throws -> Connection {
        guard let connection else { throw JobError(.internalError, "the snapshot is closed") }
        return connection
    }

    func count(_ query: RowQuery) async throws -> Int { try split(query).rows }

    private func split(_ query: RowQuery) throws -> SplitQuery {
        let connection = try opened()
        do {
            return try SplitQuery(query, connection)
        } catch {
            throw connection.failure(error, doing: "plan")
        }
    }

    func read(
        _ query: RowQuery, into channel: BoundedChannel<RowBatch>, pool: Pool<RowBatch>, progress: ReadProgress
    ) async throws {
        let connection = try opened()
        try await withTaskCancellationHandler {
            let split = try split(query)
            progress.expect(rows: split.rows)
            if split.parts.count == 1 {
                let decoder = BinaryRowDecoder(
                    connection: connection, columns: query.columns, forms: split.forms, batchBytes: Self.batchBytes)
                let rows = RowCopy(connection: connection, decoder: decoder)
                try rows.begin(split.parts[0].sql)
                while let batch = try rows.next(pool) { try await channel.send(batch) }
            } else {
                try await read(split, query.columns, try exported(connection), into: channel, pool: pool, progress)
            }
            channel.finish()
        } onCancel: {
            waker.wake()
        }
    }

    /// The name by which other connections join the view.
    private func exported(_ connection: Connection) throws -> String {
        do {
            return try connection.execute("SELECT pg_export_snapshot()").text(0, 0) ?? ""
        } catch {
            throw connection.failure(error, doing: "begin")
        }
    }

    /// Reads the parts by several connections and puts them together in their order.
    ///
    /// Connection n of k reads part n, n + k, n + 2k and so on, so that each needs to be ahead of its turn by little.
    private func read(
        _ split: SplitQuery, _ columns: [Column], _ snapshot: String, into channel: BoundedChannel<RowBatch>,
        pool: Pool<RowBatch>, _ progress: ReadProgress
    ) async throws {
        let count = min(split.parts.count, max(2, min(4, ProcessInfo.processInfo.activeProcessorCount)))
        let settings = settings
        let forms = split.forms
        let channels = (0..<count).map { _ in BoundedChannel<RangeReader.Item>(depth: Self.batchesAhead) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, rows) in channels.enumerated() {
                let parts = stride(from: index, to: split.parts.count, by: count).map { split.parts[$0] }
                group.addTask {
                    let reader = RangeReader()
                    try await reader.open(settings, snapshot: snapshot)
                    try await reader.read(parts, columns: columns, forms: forms, into: rows, pool: pool)
                    await reader.close()
                }
            }
            group.addTask {
                try await Self.merge(split.parts, channels, into: channel, progress)
            }
            // The first failure ends the others, which would wait for its rows.
            defer { group.cancelAll() }
            _ = try await group.settled()
        }
    }

    private static func merge(
        _ parts: [SplitQuery.Part], _ channels: [BoundedChannel<RangeReader.Item>],
        into channel: BoundedChannel<RowBatch>, _ progress: ReadProgress
    ) async throws {
        var share = 0.0
        var rows = 0
        for (index, part) in parts.enumerated() {
            while case .rows(let batch)? = try await channels[index % channels.count].receive() {
                rows += batch.rowCount
                try await channel.send(batch)
            }
            share += part.share
            progress.note(share: share, rows: rows)
        }
    }

    func close() async { connection = nil }
}

package import JobCore

/// A resource with a column of every type, and what tests of databases do with it.
package enum Things {
    /// One resource with a column of every type; the key is text.
    package static let resource = Resource(
        name: "things",
        columns: [
            Column("id", .text), Column("number", .int), Column("price", .decimal), Column("ratio", .double),
            Column("flag", .bool), Column("at", .timestamp), Column("day", .date), Column("code", .uuid),
            Column("data", .json), Column("note", .text),
        ], key: ["id"], timeColumn: "at", canImport: true)
    package static let catalogue = Catalogue(resources: [resource])

    /// A query for some columns of one organisation.
    package static func query(
        _ columns: [String], org: String = "org", conditions: [Condition] = [], order: [String]? = nil,
        limit: Int? = nil
    ) -> RowQuery {
        RowQuery(
            resource: resource, orgId: org, columns: columns.compactMap { resource.column($0) }, conditions: conditions,
            order: order, limit: limit)
    }

    /// All rows of the query in the snapshot.
    package static func rows(_ query: RowQuery, in snapshot: any DatabaseSnapshot) async throws -> [[String?]] {
        let channel = BoundedChannel<RowBatch>(depth: 1)
        let pool = Pool { RowBatch(columnCount: query.columns.count) }
        let reading = Task {
            do {
                try await snapshot.read(query, into: channel, pool: pool, progress: ReadProgress())
            } catch {
                channel.cancel()
                throw error
            }
        }
        let rows = await collect(channel, pool)
        try await reading.value
        return rows
    }

    private static func collect(_ channel: BoundedChannel<RowBatch>, _ pool: Pool<RowBatch>) async -> [[String?]] {
        var rows: [[String?]] = []
        while let batch = try? await channel.receive() {
            for row in 0..<batch.rowCount {
                rows.append((0..<batch.columnCount).map { batch.text(row: row, column: $0) })
            }
            pool.give(batch)
        }
        return rows
    }

    /// A batch of rows as the loader takes them.
    package static func batch(_ rows: [[String?]]) -> RowBatch {
        var batch = RowBatch(columnCount: rows.first?.count ?? 0)
        for row in rows {
            for field in row { batch.append(field) }
        }
        return batch
    }

    package static func request(
        org: String = "org", job: String = "job", sha: String = "sha", attempt: String = "a1", isDryRun: Bool = false,
        mode: LoadMode = .insert, isAtomic: Bool = false, resource: Resource = resource
    ) -> LoadRequest {
        LoadRequest(
            resource: resource, orgId: org, jobId: job, specSHA256: sha, attemptId: attempt,
            fence: Int(attempt.dropFirst()) ?? 1, isDryRun: isDryRun,
            mode: mode, isAtomic: isAtomic)
    }

    package static func checkpoint(records: Int, isComplete: Bool = false) -> LoadCheckpoint {
        var checkpoint = LoadCheckpoint()
        checkpoint.records = records
        checkpoint.isComplete = isComplete
        return checkpoint
    }

    /// Refused rows from the record on.
    package static func part(_ record: Int, rows: Int = 1) -> RejectPart {
        RejectPart(firstRecord: record, rows: rows, bytes: rows * 100, object: "org/jobs/job/a1-x/\(record).rejects")
    }

    package static func reject(_ record: Int, code: String = "invalid_int") -> RejectRecord {
        RejectRecord(
            record: record, line: record + 1, byteOffset: record * 10, column: "a;b", code: code, message: "expected",
            fieldCount: 2, fields: "x,\"y\nz\"\t\\")
    }
}

extension RowLoader {
    /// Loads one batch as a chunk whose turn it is.
    package func load(_ rows: RowBatch) async throws -> LoadOutcome {
        let turn = LoadTurn()
        turn.pass()
        return try await load([rows], lane: 0, turn: turn)[0]
    }

    /// Commits on the first lane.
    package func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart? = nil) async throws {
        try await commit(checkpoint, rejects: rejects, lane: 0)
    }
}

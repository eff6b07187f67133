internal import JobCore

/// Reads the rows of the live table that rows of a batch match.
final class MatchProbe {
    private let connection: Connection
    private let keys: RowKeys
    private let layout: ChangeLayout
    private let reads: [ColumnRead]
    private let names: String
    private let from: (_ keys: String) -> String
    private let setUp: String

    init(
        _ request: LoadRequest, _ layout: ChangeLayout, keys: RowKeys, _ shape: TableShape, _ connection: Connection
    ) throws {
        self.connection = connection
        self.keys = keys
        self.layout = layout
        let table = Quoting.table(request.resource.table)
        reads = try layout.read.compactMap { column in
            try shape.fields[column.name].map { try ColumnRead(column, $0, table: request.resource.table) }
        }
        let match = request.matchOn.compactMap { shape.fields[$0] }
        let places = match.indices.map { "dataio_k\($0)" }
        names = places.joined(separator: ", ")
        // Rows that will be changed are not changed by others meanwhile.
        let lock = request.isDryRun || request.mode == .insert ? "" : " FOR UPDATE"
        let org = "org_id = \(Quoting.literal(request.orgId))"
        let columns = match.map { Quoting.name($0.name) }
        let values = zip(places, match).map { $1.value("k.\($0)") }
        let isCaseless = request.matchOn.map { request.resource.column($0).map(request.matchesWithoutCase) ?? false }
        if request.matchOn == request.resource.key, !isCaseless.contains(true) {
            // Only the index of the key gives its order without a sort; see `KeyProbe`.
            let list = columns.joined(separator: ", ")
            let value = values.joined(separator: ", ")
            let found =
                "SELECT * FROM \(table) WHERE \(org) AND (\(list)) >= (\(value)) AND (\(list)) <= (\(value)) "
                + "ORDER BY \(list) LIMIT 1\(lock)"
            from = { "\($0), LATERAL (\(found)) AS t" }
            setUp = "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
        } else {
            let isMatch = zip(zip(columns, values), isCaseless).map { pair, isCaseless in
                if !isCaseless { return "t.\(pair.0) = \(pair.1)" }
                // The first is for the index; letters beyond ASCII are other letters, whatever the server folds.
                return "lower(t.\(pair.0)) = lower(\(pair.1))"
                    + " AND lower(t.\(pair.0)::text COLLATE \"C\") = lower((\(pair.1))::text COLLATE \"C\")"
            }.joined(separator: " AND ")
            from = { "\($0) JOIN \(table) AS t ON t.\(org) AND \(isMatch)\(lock.isEmpty ? "" : lock + " OF t")" }
            setUp = ""
        }
    }

    /// The rows that match these rows of the batch; `nil` when a value is nothing its column's type reads.
    func stored(_ batch: RowBatch, _ rows: [Int]) throws -> StoredRows? {
        let arrays = keys.positions.indices.map {
            Quoting.literal(keys.array(batch, rows, keyColumn: $0)) + "::text[]"
        }
        let unnested = "unnest(\(arrays.joined(separator: ", "))) WITH ORDINALITY AS k(\(names), dataio_n)"
        let columns = (["k.dataio_n"] + reads.map(\.expression)).joined(separator: ", ")
        let sql = "COPY (SELECT \(columns) FROM \(from(unnested))) TO STDOUT (FORMAT binary)"
        try connection.execute("SAVEPOINT probe; \(setUp)")
        do {
            let found = try read(sql, rows)
            // Settings go back; locks stay with the transaction.
            try connection.execute("RELEASE SAVEPOINT probe" + restore)
            return found
        } catch let error as ServerError where error.isAboutRows {
            try connection.execute("ROLLBACK TO SAVEPOINT probe; RELEASE SAVEPOINT probe")
            return nil
        }
    }

    private var restore: String {
        setUp.isEmpty ? "" : "; " + setUp.replacing("= off", with: "= DEFAULT")
    }

    private func read(_ sql: String, _ rows: [Int]) throws -> StoredRows {
        try connection.execute(sql)
        let decoder = BinaryRowDecoder(
            connection: connection, columns: [Column("dataio_n", .int)] + layout.read,
            forms: [.int8] + reads.map(\.form), batchBytes: 1 << 20)
        var stored = StoredRows(rows: RowBatch(columnCount: layout.read.count))
        var part = RowBatch(columnCount: 0)
        while !decoder.isAtEnd {
            try decoder.fill(&part)
            try stored.makeRoom(for: part)
            for row in 0..<part.rowCount {
                let number = part.text(row: row, column: 0).flatMap { Int($0) } ?? 0
                stored.incoming.append(rows[number - 1])
                for column in 1..<part.columnCount { stored.rows.appendField(of: part, row: row, column: column) }
            }
        }
        try connection.results()
        return stored
    }
}

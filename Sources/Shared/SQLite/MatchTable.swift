internal import CSQLite
internal import JobCore

/// The table of an import that reads rows before it changes them.
///
/// What rows match by goes into a temporary table that is joined with the live one: from its side when an index finds
/// the rows, else by one pass over the rows of the organisation.
@safe final class MatchTable: MatchingTable {
    private let connection: Connection
    private let keys: RowKeys
    private let layout: ChangeLayout
    private let keep: Statement
    private let forget: Statement
    private let find: Statement
    private let binder: RowBinder
    private let decoder: RowDecoder
    /// `nil`: nothing is written.
    private let changer: RowChanger?
    /// `nil`: nothing is inserted.
    private let inserter: (any BatchWriter)?

    init(
        _ connection: Connection, _ request: LoadRequest, _ columns: [Column],
        inserter: (any BatchWriter)?
    ) throws(JobError) {
        self.connection = connection
        self.inserter = inserter
        keys = RowKeys(matchOn: request, columns)
        layout = request.changeLayout(columns)
        let dialect = SQLiteDialect()
        let places = request.matchOn.indices.map { "k\($0)" }.joined(separator: ", ")
        try connection.execute(
            "CREATE TEMP TABLE dataio_matches (n INTEGER, \(places), PRIMARY KEY (\(places))) WITHOUT ROWID")
        let isCaseless = request.matchOn.map { request.resource.column($0).map(request.matchesWithoutCase) ?? false }
        let marks = (["?1"] + isCaseless.indices.map { isCaseless[$0] ? "lower(?\($0 + 2))" : "?\($0 + 2)" })
            .joined(separator: ", ")
        keep = try connection.prepare("INSERT INTO temp.dataio_matches VALUES (\(marks))")
        forget = try connection.prepare("DELETE FROM temp.dataio_matches")
        let table = "main.\(dialect.quoteTable(request.resource.table))"
        let read = layout.read.map { "t.\(dialect.quote($0.name))" }.joined(separator: ", ")
        let matched = zip(request.matchOn, isCaseless).map {
            $1 ? "lower(t.\(dialect.quote($0)))" : "t.\(dialect.quote($0))"
        }
        let isMatch = matched.enumerated().map { "\($1) = k.k\($0)" }.joined(separator: " AND ")
        let isIndexed = try Self.hasIndex(
            request, table, zip(matched, isCaseless).filter(\.1).map(\.0), connection)
        let from =
            isIndexed
            ? "temp.dataio_matches AS k CROSS JOIN \(table) AS t" : "\(table) AS t CROSS JOIN temp.dataio_matches AS k"
        find = try connection.prepare("SELECT k.n, \(read) FROM \(from) WHERE t.org_id = ?1 AND \(isMatch)")
        try find.bind(.text(request.orgId), at: 1)
        binder = RowBinder(columns, connection)
        decoder = RowDecoder(
            statement: find, connection: connection, columns: [Column("n", .int)] + layout.read, batchBytes: 1 << 20)
        changer = request.isDryRun ? nil : try RowChanger(connection, request, layout)
    }

    /// Whether an index of the table leads to rows by what they match by.
    private static func hasIndex(
        _ request: LoadRequest, _ table: String, _ caseless: [String], _ connection: Connection
    ) throws(JobError) -> Bool {
        // An index of an expression has no column that could be looked for: the query plan tells whether there is
        // one (https://www.sqlite.org/eqp.html).
        for expression in caseless {
            for start in ["", "t.org_id = ?1 AND "] {
                let steps = try connection.prepare(
                    "EXPLAIN QUERY PLAN SELECT 1 FROM \(table) AS t WHERE \(start)\(expression) = ?2")
                while try steps.step() {
                    let detail = steps.text(3)
                    if detail.hasPrefix("SEARCH"), detail.contains("<expr>=?") { return true }
                }
            }
        }
        let plain = request.matchOn.filter { request.resource.column($0).map(request.matchesWithoutCase) != true }
        if request.matchOn == request.resource.key, caseless.isEmpty { return true }
        let columns = try connection.prepare(
            SQLStatement(
                """
                SELECT l.name, i.name FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i
                WHERE i.seqno < ?2 ORDER BY l.seq, i.seqno
                """, values: [.text(request.resource.table), .integer(2)]))
        var leading: [String: Set<String>] = [:]
        while try columns.step() { leading[columns.text(0), default: []].insert(columns.text(1)) }
        return leading.values.contains { names in
            !names.isDisjoint(with: plain) && names.isSubset(of: plain + ["org_id"])
        }
    }

    func stored(_ batch: RowBatch, _ rows: [Int]) throws -> StoredRows {
        var stored = StoredRows(rows: RowBatch(columnCount: layout.read.count))
        if rows.isEmpty { return stored }
        try forget.run()
        try batch.withCells { cells throws(JobError) in
            for row in rows {
                try keep.bind(.integer(Int64(row)), at: 1)
                try unsafe binder.bind(keep.handle, cells, row, keys.positions)
                try keep.run()
            }
        }
        defer { find.reset() }
        decoder.restart()
        var part = RowBatch(columnCount: 0)
        while !decoder.isAtEnd {
            try decoder.fill(&part)
            try stored.makeRoom(for: part)
            for row in 0..<part.rowCount {
                stored.incoming.append(part.text(row: row, column: 0).flatMap { Int($0) } ?? 0)
            }
            if stored.rows.rowCount == 0 {
                // A row may have 64 MiB: alone it is not copied.
                part.removeFirstColumn()
                stored.rows = part
                part = RowBatch(columnCount: 0)
                continue
            }
            for row in 0..<part.rowCount {
                for column in 1..<part.columnCount { stored.rows.appendField(of: part, row: row, column: column) }
            }
        }
        return stored
    }

    func begin() { inserter?.begin() }

    func insert(_ batch: RowBatch) throws -> LoadOutcome {
        try inserter?.load(batch, rows: Array(0..<batch.rowCount)) ?? LoadOutcome()
    }

    func change(_ batch: RowBatch) throws -> LoadOutcome {
        try changer?.change(batch) ?? LoadOutcome(updated: batch.rowCount)
    }
}

/// Writes changes of rows that are there.
@safe private final class RowChanger {
    private let connection: Connection
    private let binder: RowBinder
    private let update: Statement
    private let all: [Int]

    init(_ connection: Connection, _ request: LoadRequest, _ layout: ChangeLayout) throws(JobError) {
        self.connection = connection
        binder = RowBinder(layout.columns, connection)
        all = Array(layout.columns.indices)
        let dialect = SQLiteDialect()
        let key = layout.key.enumerated().map { "\(dialect.quote($1.name)) = ?\($0 + 2)" }
        let sets = layout.changed.enumerated().map { "\(dialect.quote($1.name)) = ?\($0 + 2 + layout.key.count)" }
        // Without other columns there is nothing to change, but the row counts as changed.
        let first = dialect.quote(request.resource.key[0])
        update = try connection.prepare(
            "UPDATE \(dialect.quoteTable(request.resource.table)) SET "
                + (sets.isEmpty ? "\(first) = \(first)" : sets.joined(separator: ", "))
                + " WHERE org_id = ?1 AND \(key.joined(separator: " AND "))")
        try update.bind(.text(request.orgId), at: 1)
    }

    func change(_ batch: RowBatch) throws -> LoadOutcome {
        var outcome = LoadOutcome()
        let count = batch.rowCount
        try batch.withCells { cells throws(JobError) in
            for row in 0..<count {
                try unsafe binder.bind(update.handle, cells, row, all)
                let code = unsafe sqlite3_step(update.handle)
                update.reset()
                if code == SQLITE_DONE {
                    outcome.updated += 1
                } else if code & 0xFF == SQLITE_CONSTRAINT {
                    outcome.refused.append(RowVerdict(row: row, reason: try connection.refusal(code)))
                } else {
                    throw connection.failure(code, doing: "update")
                }
            }
        }
        return outcome
    }
}

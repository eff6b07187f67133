internal import JobCore

/// Asks the live table which keys are there already.
struct KeyProbe: KeyTable {
    private let connection: Connection
    private let keys: RowKeys
    private let sql: String
    private let columns: Int
    private let orgId: String
    private let table: String

    init(_ request: LoadRequest, _ key: [TableShape.Field], keys: RowKeys, _ connection: Connection) {
        self.connection = connection
        self.keys = keys
        orgId = request.orgId
        table = Quoting.table(request.resource.table)
        columns = key.count
        let arrays = (0..<key.count).map { "$\($0 + 2)::text[]" }.joined(separator: ", ")
        let places = (0..<key.count).map { "c\($0)" }.joined(separator: ", ")
        let names = key.map { Quoting.name($0.name) }.joined(separator: ", ")
        let values = key.enumerated().map { $1.value("k.c\($0)") }.joined(separator: ", ")
        // Between the key and itself, in key order: only the index of the key gives that order without a sort. For an
        // equality the planner takes any index, or none, for as good when its statistics are from the middle of a load.
        sql = """
            SELECT k.n FROM unnest(\(arrays)) WITH ORDINALITY AS k(\(places), n),
              LATERAL (SELECT 1 FROM \(table) WHERE org_id = $1 AND (\(names)) >= (\(values)) AND (\(names)) <= (\(values))
                ORDER BY \(names) LIMIT 1) AS found
            """
    }

    /// Whether the organisation has rows at all.
    func hasRows() throws -> Bool {
        try connection.execute("SELECT EXISTS (SELECT 1 FROM \(table) WHERE org_id = $1)", [orgId]).flag(0, 0)
    }

    /// Those of the rows whose key is there, as places in the batch; `nil` when a key is nothing its column's type reads.
    func existing(_ batch: RowBatch, _ rows: [Int]) throws -> Set<Int>? {
        if rows.isEmpty { return [] }
        let arrays = (0..<columns).map { keys.array(batch, rows, keyColumn: $0) }
        try connection.execute(
            "SAVEPOINT probe; SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
        )
        let found: Set<Int>?
        do {
            let result = try connection.execute(sql, [orgId] + arrays)
            found = Set((0..<result.rowCount).map { rows[result.integer($0, 0) - 1] })
        } catch let error as ServerError where error.isAboutRows {
            found = nil
        }
        try connection.execute("ROLLBACK TO SAVEPOINT probe; RELEASE SAVEPOINT probe")
        return found
    }
}

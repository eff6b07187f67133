internal import JobCore

/// Asks the live table which keys are there already.
struct KeyProbe {
    private let connection: Connection
    private let sql: String
    private let columns: Int
    private let orgId: String
    private let table: String

    init(_ plan: LoadPlan, _ key: [TableShape.Field], _ connection: Connection) {
        self.connection = connection
        orgId = plan.orgId
        table = Quoting.table(plan.resource.table)
        columns = key.count
        let arrays = (0..<key.count).map { "$\($0 + 2)::text[]" }.joined(separator: ", ")
        let names = (0..<key.count).map { "c\($0)" }.joined(separator: ", ")
        let match = key.enumerated().map { "\(Quoting.name($1.name)) = k.c\($0)::\($1.baseTypeName)" }
        // The limit keeps the planner from reading the whole table for a join.
        sql = """
            SELECT k.n FROM unnest(\(arrays)) WITH ORDINALITY AS k(\(names), n),
              LATERAL (SELECT 1 FROM \(table) WHERE org_id = $1 AND \(match.joined(separator: " AND ")) LIMIT 1) AS found
            """
    }

    /// Whether the organisation has rows at all.
    func hasRows() throws -> Bool {
        try connection.execute("SELECT EXISTS (SELECT 1 FROM \(table) WHERE org_id = $1)", [orgId]).flag(0, 0)
    }

    /// Those of the rows whose key is there, as places in `rows`.
    func existing(_ batch: RowBatch, _ rows: [Int], _ keys: BatchKeys) throws -> Set<Int> {
        if rows.isEmpty { return [] }
        let arrays = (0..<columns).map { keys.array(batch, rows, keyColumn: $0) }
        let found = try connection.execute(sql, [orgId] + arrays)
        return Set((0..<found.rowCount).map { rows[found.integer($0, 0) - 1] })
    }
}

internal import JobCore

/// How the rows of a query are read: by one connection in the order asked for, or in ranges by several.
///
/// The server's query plan decides. A large table that it would scan from end to end is read in ranges of blocks, in the
/// order in which the rows are stored, unless a range of time asks for the order of time; a large stretch of an index by
/// time is read in ranges of time; everything else by one connection.
struct SplitQuery {
    /// One COPY: its statement, and which share of the whole it is.
    struct Part: Equatable {
        let sql: String
        let share: Double
    }

    /// From so many blocks on (32 MiB) a scan is worth more than one connection.
    private static let blocksForRanges = 4096
    /// Blocks of one range: 8 MiB.
    private static let blocksPerRange = 1024
    /// From so many rows on a stretch of time is.
    private static let rowsForRanges = 200_000

    /// In the order of the result.
    let parts: [Part]
    /// The planner's estimate.
    let rows: Int
    let forms: [WireForm]

    /// Splits the query inside the transaction that fixes the view.
    init(_ query: RowQuery, _ connection: Connection) throws {
        let table = query.resource.table
        let shape = try TableShape(query.resource, connection)
        let fields = try shape.require(
            query.columns.map(\.name), table: table, to: "SELECT", \.canSelect, connection)
        _ = try shape.require(["org_id"] + query.order, table: table, to: "SELECT", \.canSelect, connection)
        var reads: [ColumnRead] = []
        for (column, field) in zip(query.columns, fields) { reads.append(try ColumnRead(column, field, table: table)) }
        forms = reads.map(\.form)
        let sql = Statements(query, reads.map(\.expression), order: Self.order(query, shape))
        let plan = try QueryPlan(sql.plain(), connection)
        rows = min(plan.rows, query.limit ?? .max)
        let whole = [Part(sql: sql.copy(where: [], isOrdered: true), share: 1)]
        if query.limit != nil {
            parts = whole
        } else if let time = query.resource.timeColumn, query.order.first == time, query.resource.key.first != time {
            parts = try plan.rows < Self.rowsForRanges ? whole : Self.timeParts(time, query, sql, connection) ?? whole
        } else if connection.serverVersion >= 140_000, shape.hasBlocks, plan.isSequential,
            shape.blocks >= Self.blocksForRanges
        {
            parts = Self.blockRanges(shape.blocks).map { Part(sql: sql.copy(where: $0), share: $1) }
        } else {
            parts = whole
        }
    }

    /// Parts by ranges of time, `nil` when a range would cost as much as the whole.
    private static func timeParts(
        _ time: String, _ query: RowQuery, _ sql: Statements, _ connection: Connection
    ) throws -> [Part]? {
        let ranges = try timeRanges(time, query.resource, connection)
        if ranges.count < 2 { return nil }
        let middle = sql.plain(where: ranges[ranges.count / 2])
        if try QueryPlan(middle, connection).isSequential { return nil }
        return ranges.map { Part(sql: sql.copy(where: $0, isOrdered: true), share: 1 / Double(ranges.count)) }
    }

    /// The order as SQL: text by its bytes, which indexes of byte-ordered columns serve as they are.
    private static func order(_ query: RowQuery, _ shape: TableShape) -> [String] {
        query.order.map { name in
            let isText = query.resource.column(name)?.type == .text
            let isOrdered = shape.fields[name]?.isByteOrdered ?? true
            return Quoting.name(name) + (isText && !isOrdered ? " COLLATE \"C\"" : "")
        }
    }

    /// Ranges of blocks; the last one is open, for it costs nothing.
    private static func blockRanges(_ blocks: Int) -> [(conditions: [String], share: Double)] {
        stride(from: 0, to: blocks, by: blocksPerRange).map { first in
            let end = first + blocksPerRange
            let lower = "ctid >= '(\(first),0)'::tid"
            let isLast = end >= blocks
            return (
                isLast ? [lower] : [lower, "ctid < '(\(end),0)'::tid"],
                Double(min(end, blocks) - first) / Double(blocks)
            )
        }
    }

    /// Ranges of the time column with about equally many rows, by the server's statistics.
    private static func timeRanges(
        _ time: String, _ resource: Resource, _ connection: Connection
    ) throws -> [[String]] {
        let found = try connection.execute(
            """
            SELECT b::text FROM pg_stats s, pg_class c, pg_namespace n,
              unnest(s.histogram_bounds::text::text[]) WITH ORDINALITY AS h(b, i)
            WHERE c.oid = to_regclass($1) AND n.oid = c.relnamespace AND s.schemaname = n.nspname
              AND s.tablename = c.relname AND s.attname = $2 AND NOT s.inherited ORDER BY i
            """, [Quoting.table(resource.table), time])
        let bounds = (0..<found.rowCount).compactMap { found.text($0, 0) }
        let column = Quoting.name(time)
        var ranges: [[String]] = []
        var lower: String?
        for bound in bounds.dropFirst().dropLast() {
            let literal = Quoting.literal(bound)
            ranges.append((lower.map { ["\(column) >= \($0)"] } ?? []) + ["\(column) < \(literal)"])
            lower = literal
        }
        ranges.append(lower.map { ["\(column) >= \($0)"] } ?? [])
        return ranges
    }
}

/// The statements of one query.
private struct Statements {
    private let builder: QueryBuilder
    private let expressions: [String]
    private let order: [String]

    init(_ query: RowQuery, _ expressions: [String], order: [String]) {
        builder = QueryBuilder(query, dialect: PostgreSQLDialect()) { Quoting.literal($0) }
        self.expressions = expressions
        self.order = order
    }

    /// The rows in any order.
    func plain(where conditions: [String] = []) -> String {
        builder.select(expressions, where: conditions, order: []).text
    }

    /// A COPY of the rows that meet further conditions.
    func copy(where conditions: [String], isOrdered: Bool = false) -> String {
        let select = builder.select(expressions, where: conditions, order: isOrdered ? order : [])
        return "COPY (\(select.text)) TO STDOUT (FORMAT binary)"
    }
}

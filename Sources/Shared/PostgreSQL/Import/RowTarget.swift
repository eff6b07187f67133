internal import JobCore

/// The way rows go into the table: COPY straight into it, or through a temporary table and one INSERT.
///
/// The second way is for what COPY cannot do: rows that may be there already, views, row level security, and columns
/// whose JSON text the server has to turn into arrays or composite values.
struct RowTarget {
    private static let stage = "pg_temp.dataio_stage"

    private let connection: Connection
    private let copy: String
    private let insert: String?
    private var encoder: CopyTextEncoder

    /// Statement that creates the temporary table; `nil` when none is needed.
    let setUp: String?

    init(
        _ plan: LoadPlan, _ columns: [Column], _ fields: [TableShape.Field], _ shape: TableShape,
        _ connection: Connection
    ) {
        self.connection = connection
        let table = Quoting.table(plan.resource.table)
        let names = columns.map { Quoting.name($0.name) }
        let list = names.joined(separator: ", ")
        let isConverted = zip(columns, fields).map { $0.type == .json && $1.needsConversionFromJSON }
        let isDirect =
            plan.mode == .insert && !shape.hasRowSecurity && !isConverted.contains(true)
            && ["r", "p", "f"].contains(shape.relationKind)
        let types = columns.map(\.type)
        if isDirect {
            copy = "COPY \(table) (org_id, \(list)) FROM STDIN (FORMAT text)"
            insert = nil
            setUp = nil
            encoder = CopyTextEncoder(columns: types, constant: plan.orgId)
            return
        }
        encoder = CopyTextEncoder(columns: types, hasRowNumber: true)
        copy = "COPY \(Self.stage) (dataio_row, \(list)) FROM STDIN (FORMAT text)"
        let staged = zip(names, zip(fields, isConverted)).map { name, field in
            "\(name) \(field.1 ? "jsonb" : field.0.typeName)"
        }
        setUp =
            "CREATE TEMP TABLE dataio_stage (dataio_row int, \(staged.joined(separator: ", "))) ON COMMIT DELETE ROWS;"
        let values = zip(names, zip(columns, isConverted)).map { name, column in
            column.1
                ? "(jsonb_populate_record(NULL::\(table), jsonb_build_object(\(Quoting.literal(column.0.name)), s.\(name)))).\(name)"
                : "s.\(name)"
        }
        var sql = "INSERT INTO \(table) AS t (org_id, \(list)) SELECT \(Quoting.literal(plan.orgId)), "
        sql += values.joined(separator: ", ") + " FROM \(Self.stage) s ORDER BY s.dataio_row"
        if plan.mode == .upsert {
            let key = (["org_id"] + plan.resource.key).map(Quoting.name).joined(separator: ", ")
            let changed = columns.filter { !plan.resource.key.contains($0.name) }.map { Quoting.name($0.name) }
            // Without other columns there is nothing to change, but the row has to be found.
            let changes = changed.isEmpty ? [Quoting.name(plan.resource.key[0])] : changed
            sql += " ON CONFLICT (\(key)) DO UPDATE SET "
            sql += changes.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
            // A row that was there has been locked or changed by this statement, which its xmax tells.
            sql = "WITH done AS (\(sql) RETURNING (t.xmax = 0) AS is_new) "
            sql += "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM done"
        }
        insert = sql
    }

    /// Writes these rows, behind a statement that sets a savepoint: all of them, or none with a `ServerError`.
    mutating func write(
        _ batch: RowBatch, _ rows: [Int], after savepoint: String
    ) throws -> (inserted: Int, updated: Int) {
        try connection.execute(savepoint + (insert == nil ? "" : "TRUNCATE \(Self.stage); ") + copy)
        try encoder.send(batch, rows: rows, over: connection)
        let copied = try connection.endCopyIn()
        guard let insert else { return (copied, 0) }
        let result = try connection.execute(insert)
        return result.rowCount == 1 ? (result.integer(0, 0), result.integer(0, 1)) : (result.changedRows, 0)
    }
}

extension TableShape.Field {
    /// Whether JSON text is not what the type reads by itself.
    fileprivate var needsConversionFromJSON: Bool { isArray || kind == "c" }
}

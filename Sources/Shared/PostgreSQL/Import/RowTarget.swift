internal import JobCore

/// The way rows go into the table: COPY straight into it, or through a temporary table and one INSERT.
///
/// The second way is for what COPY cannot do: rows that may be there already, views, row level security, and columns
/// whose JSON text the server has to turn into arrays or composite values.
struct RowTarget {
    private static let stage = "pg_temp.dataio_stage"
    private static let changes = "pg_temp.dataio_changes"

    private let connection: Connection
    private let stage: String
    private let copy: String
    /// From the temporary table into the table.
    private let move: String?
    private var encoder: CopyTextEncoder

    /// Statement that creates the temporary table; `nil` when none is needed.
    let setUp: String?

    init(
        _ request: LoadRequest, _ mode: LoadMode, _ columns: [Column], _ fields: [TableShape.Field],
        _ shape: TableShape,
        _ connection: Connection
    ) {
        self.connection = connection
        stage = Self.stage
        let table = Quoting.table(request.resource.table)
        let list = columns.map { Quoting.name($0.name) }.joined(separator: ", ")
        let isDirect =
            mode == .insert && !shape.hasRowSecurity && !zip(columns, fields).contains(where: Self.isConverted)
            && ["r", "p", "f"].contains(shape.relationKind)
        let types = columns.map(\.type)
        if isDirect {
            copy = "COPY \(table) (org_id, \(list)) FROM STDIN (FORMAT text)"
            move = nil
            setUp = nil
            encoder = CopyTextEncoder(columns: types, constant: request.orgId)
            return
        }
        encoder = CopyTextEncoder(columns: types, hasRowNumber: true)
        copy = "COPY \(Self.stage) (dataio_row, \(list)) FROM STDIN (FORMAT text)"
        setUp = Self.create(Self.stage, columns, fields)
        let values = zip(columns, fields).map { Self.value($0, $1, table) }
        var sql = "INSERT INTO \(table) AS t (org_id, \(list)) SELECT \(Quoting.literal(request.orgId)), "
        sql += values.joined(separator: ", ") + " FROM \(Self.stage) s ORDER BY s.dataio_row"
        if mode == .upsert {
            let key = (["org_id"] + request.resource.key).map(Quoting.name).joined(separator: ", ")
            let changed = columns.filter { !request.resource.key.contains($0.name) }.map { Quoting.name($0.name) }
            // Without other columns there is nothing to change, but the row has to be found.
            let changes = changed.isEmpty ? [Quoting.name(request.resource.key[0])] : changed
            sql += " ON CONFLICT (\(key)) DO UPDATE SET "
            sql += changes.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
            // A row that was there has been locked or changed by this statement, which its xmax tells.
            sql = "WITH done AS (\(sql) RETURNING (t.xmax = 0) AS is_new) "
            sql += "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM done"
        }
        move = sql
    }

    /// Changes of rows that are there.
    init(
        changing layout: ChangeLayout, _ request: LoadRequest, _ fields: [TableShape.Field], _ connection: Connection
    ) {
        self.connection = connection
        stage = Self.changes
        let table = Quoting.table(request.resource.table)
        let list = layout.columns.map { Quoting.name($0.name) }.joined(separator: ", ")
        encoder = CopyTextEncoder(columns: layout.columns.map(\.type), hasRowNumber: true)
        copy = "COPY \(stage) (dataio_row, \(list)) FROM STDIN (FORMAT text)"
        setUp = Self.create(stage, layout.columns, fields)
        let isRow = layout.key.map { "t.\(Quoting.name($0.name)) = s.\(Quoting.name($0.name))" }
        let condition = (["t.org_id = \(Quoting.literal(request.orgId))"] + isRow).joined(separator: " AND ")
        let sets = zip(layout.changed, fields.dropFirst(layout.key.count)).map { column, field in
            "\(Quoting.name(column.name)) = \(Self.value(column, field, table))"
        }
        // Without other columns there is nothing to change, but the row has to be found.
        let key = Quoting.name(request.resource.key[0])
        let set = sets.isEmpty ? "\(key) = t.\(key)" : sets.joined(separator: ", ")
        move =
            "WITH done AS (UPDATE \(table) AS t SET \(set) FROM \(stage) s WHERE \(condition) RETURNING 1) "
            + "SELECT 0, count(*) FROM done"
    }

    private static func isConverted(_ column: Column, _ field: TableShape.Field) -> Bool {
        column.type == .json && field.needsConversionFromJSON
    }

    /// Statement that creates a temporary table of columns that take what the table's columns take.
    private static func create(_ name: String, _ columns: [Column], _ fields: [TableShape.Field]) -> String {
        let staged = zip(columns, fields).map { column, field in
            "\(Quoting.name(column.name)) \(isConverted(column, field) ? "jsonb" : field.typeName)"
        }
        let columns = (["dataio_row int"] + staged).joined(separator: ", ")
        return "CREATE TEMP TABLE \(name.dropFirst("pg_temp.".count)) (\(columns)) ON COMMIT DELETE ROWS;"
    }

    /// The value of a column of the temporary table as the table takes it.
    private static func value(_ column: Column, _ field: TableShape.Field, _ table: String) -> String {
        let name = Quoting.name(column.name)
        if !isConverted(column, field) { return "s.\(name)" }
        let object = "jsonb_build_object(\(Quoting.literal(column.name)), s.\(name))"
        return "(jsonb_populate_record(NULL::\(table), \(object))).\(name)"
    }

    /// Writes these rows, behind a statement that sets a savepoint: all of them, or none with a `ServerError`.
    mutating func write(
        _ batch: RowBatch, _ rows: [Int], after savepoint: String
    ) throws -> (inserted: Int, updated: Int) {
        try connection.execute(savepoint + (move == nil ? "" : "TRUNCATE \(stage); ") + copy)
        try encoder.send(batch, rows: rows, over: connection)
        let copied = try connection.endCopyIn()
        guard let move else { return (copied, 0) }
        let result = try connection.execute(move)
        return result.rowCount == 1 ? (result.integer(0, 0), result.integer(0, 1)) : (result.changedRows, 0)
    }
}

extension TableShape.Field {
    /// Whether JSON text is not what the type reads by itself.
    fileprivate var needsConversionFromJSON: Bool { isArray || kind == "c" }
}

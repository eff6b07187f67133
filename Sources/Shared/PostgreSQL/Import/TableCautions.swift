internal import JobCore

/// What a careful person would want to know about the table that rows go to.
struct TableCautions {
    private let request: LoadRequest
    private let columns: [Column]
    private let shape: TableShape
    private let connection: Connection

    init(_ request: LoadRequest, _ columns: [Column], _ shape: TableShape, _ connection: Connection) {
        self.request = request
        self.columns = columns
        self.shape = shape
        self.connection = connection
    }

    /// Of columns whose type changes values without a word, and in a dry run of what only the real run tries.
    func notes() throws -> [Note] {
        let rounding = columns.compactMap { column in
            shape.fields[column.name].flatMap { Self.rounds(column, $0) ? Self.roundingNote($0) : nil }
        }
        return request.isDryRun ? rounding + (try untried()) : rounding
    }

    private static func roundingNote(_ field: TableShape.Field) -> Note {
        Note(
            "column_rounds", at: field.name,
            "The column is \(field.typeName) in the table: PostgreSQL rounds, pads, cuts or rewrites without a word what "
                + "does not fit it. If that is not meant, give the column a wider type.")
    }

    /// Whether an assignment to the column may store something else than what the catalogue's type has.
    private static func rounds(_ column: Column, _ field: TableShape.Field) -> Bool {
        switch (column.type, field.baseTypeName) {
        case (.text, "bpchar"), (.timestamp, "date"), (.decimal, "real"), (.double, "real"),
            (.decimal, "double precision"):
            true
        case (.text, "text"), (.text, "character varying"), (.text, "bit"), (.text, "bit varying"), (.text, "citext"):
            false
        // 00742 is 742 then.
        case (.text, _): field.kind == "b" && !field.isArray
        default: field.coercion != nil
        }
    }

    /// Whether the column takes every value of the catalogue's type.
    private static func isWide(_ column: Column, _ field: TableShape.Field) -> Bool {
        if field.coercion != nil || field.isDomain { return false }
        return switch (column.type, field.baseTypeName) {
        case (.text, "text"), (.text, "character varying"), (.int, "bigint"), (.decimal, "numeric"),
            (.double, "double precision"), (.double, "numeric"), (.bool, "boolean"), (.uuid, "uuid"), (.json, "json"),
            (.json, "jsonb"), (.timestamp, "timestamp with time zone"), (.timestamp, "timestamp without time zone"),
            (.date, "date"):
            true
        default: false
        }
    }

    /// What of the table is only tried by the real run.
    private func untried() throws -> [Note] {
        var found = columns.compactMap { column -> String? in
            guard let field = shape.fields[column.name], !Self.isWide(column, field) else { return nil }
            return "\(column.name) \(field.typeName)"
        }
        let given = Quoting.array(columns.map(\.name) + ["org_id"])
        let rows = try connection.execute(
            """
            SELECT what FROM (
              SELECT 1 AS place, attnum::int AS number, 'not null (' || attname || ')' AS what FROM pg_attribute
              WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef
                AND attidentity = '' AND attname <> ALL ($2::text[])
              UNION ALL SELECT 2, 0, CASE contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' ELSE 'exclusion' END
                || ' (' || conname || ')' FROM pg_constraint
              WHERE conrelid = to_regclass($1) AND contype IN ('c', 'f', 'x')
              UNION ALL SELECT 3, 0, 'trigger (' || tgname || ')' FROM pg_trigger
              WHERE tgrelid = to_regclass($1) AND NOT tgisinternal) AS found ORDER BY place, number, what LIMIT 50
            """, [Quoting.table(request.resource.table), given])
        found += (0..<rows.rowCount).compactMap { rows.text($0, 0) }
        if found.isEmpty { return [] }
        return [
            Note(
                "constraints_not_tried", at: request.resource.table,
                "The dry run does not try what the table itself asks for: \(found.joined(separator: ", ")). Rows that it "
                    + "refuses are rejects of the real run.")
        ]
    }
}

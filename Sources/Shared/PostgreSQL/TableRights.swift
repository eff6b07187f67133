internal import JobCore

/// What of the tables' columns and of the role's rights is missing.
struct TableRights {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Columns that a table has not; nothing for a table that is not there.
    func missingColumns(_ need: TableNeed) throws -> [String] {
        let found = try connection.execute(
            """
            SELECT wanted FROM unnest($2::text[]) WITH ORDINALITY AS w(wanted, place) WHERE to_regclass($1) IS NOT NULL
              AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = wanted
                AND attnum > 0 AND NOT attisdropped) ORDER BY place
            """, [Quoting.table(need.table), Quoting.array(need.columns)])
        return Self.texts(found)
    }

    /// Rights that the role has neither on the table nor on each of the columns.
    func missingRights(_ need: TableNeed) throws -> [String] {
        let found = try connection.execute(
            """
            SELECT wanted FROM unnest($2::text[]) WITH ORDINALITY AS w(wanted, place) WHERE to_regclass($1) IS NOT NULL
              AND NOT has_table_privilege(to_regclass($1), wanted)
              AND (wanted = 'DELETE' OR NOT (SELECT bool_and(has_column_privilege(attrelid, attnum, wanted))
                FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = ANY ($3::text[]) AND attnum > 0
                  AND NOT attisdropped)) ORDER BY place
            """, [Quoting.table(need.table), Quoting.array(need.rights), Quoting.array(need.columns)])
        return Self.texts(found)
    }

    /// The role's name.
    func role() throws -> String { try connection.execute("SELECT current_user").text(0, 0) ?? "" }

    private static func texts(_ result: QueryResult) -> [String] {
        (0..<result.rowCount).compactMap { result.text($0, 0) }
    }
}

extension Maintenance {
    /// What keeps jobs from working on the tables that are there.
    func shortcomings(_ needs: [TableNeed]) async throws -> [TableShortcoming] {
        try await connected { connection in
            try Session.within(connection) {
                let rights = TableRights(connection)
                let role = try rights.role()
                return try needs.compactMap { need in
                    let columns = try rights.missingColumns(need)
                    let missing = columns.isEmpty ? try rights.missingRights(need) : []
                    return TableShortcoming(table: need.table, columns: columns, rights: missing, role: role)
                }
            }
        }
    }
}

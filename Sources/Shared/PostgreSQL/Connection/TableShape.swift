internal import JobCore

/// A table as the server knows it: its columns and types, its size, and what the role may do.
struct TableShape {
    /// What a value of a column is on the wire; a domain counts as what it is made of.
    struct Field {
        let name: String
        /// Object id of the base type.
        let typeId: Int
        /// Name of the declared type, as in `numeric(12,2)`.
        let typeName: String
        /// Name of the base type without a length, as SQL: `bpchar`, where `character` would be `character(1)`.
        let baseTypeName: String
        /// What gives a value of the base type the declared length or precision, without cutting anything off.
        let coercion: Coercion?
        /// Name of the domain that it is declared as.
        let domain: String?
        /// `b` base, `c` composite, `e` enumeration, `r` range, `m` multirange, `p` pseudo.
        let kind: String
        let isArray: Bool
        /// Text of it is ordered by bytes without further words.
        let isByteOrdered: Bool
        let canSelect: Bool
        let canInsert: Bool
        let canUpdate: Bool
        /// The server makes its values.
        let isGenerated: Bool

        var isDomain: Bool { domain != nil }
    }

    /// A function of the server's that an assignment to a column calls, such as `varchar(value, 14, false)`.
    struct Coercion {
        let function: String
        /// Length or precision, as the server keeps it.
        let modifier: Int
        /// It takes whether a cast is explicit: such a one would cut.
        let isTold: Bool
    }

    let objectId: Int
    /// `r` table, `p` partitioned, `v` view, `m` materialised view, `f` foreign.
    let relationKind: String
    let hasRowSecurity: Bool
    let hasRules: Bool
    let blocks: Int
    /// Rows with different keys never meet: no other unique or exclusion constraint, no trigger or rule of the user's, no
    /// reference to the table itself.
    let hasIndependentRows: Bool
    let fields: [String: Field]
    /// Names of the constraints and indexes that keep `org_id` and the key unique.
    let keyConstraints: [String]

    /// Whether its rows lie in blocks of its own, which can be read in ranges.
    var hasBlocks: Bool { relationKind == "r" || relationKind == "m" }

    /// Asks the server.
    ///
    /// Throws `database_statement` (78) when there is no such table.
    init(_ resource: Resource, _ connection: Connection) throws {
        let name = Quoting.table(resource.table)
        let found = try connection.execute(
            """
            SELECT c.oid, c.relkind, c.relrowsecurity AND row_security_active(c.oid), c.relhasrules,
              CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / current_setting('block_size')::int ELSE 0 END,
              NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
                AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conrelid = c.oid
                  AND (o.contype = 'x' OR o.contype = 'f' AND o.confrelid = c.oid)),
              (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion))
            FROM pg_class c WHERE c.oid = to_regclass($1)
            """, [name])
        guard found.rowCount == 1 else {
            throw JobError(
                .databaseStatement, "\(connection.name): there is no table \(resource.table)",
                hint: "compare the tables with the catalogue; `ImportJob migrate` creates missing ones")
        }
        objectId = found.integer(0, 0)
        relationKind = found.text(0, 1) ?? ""
        hasRowSecurity = found.flag(0, 2)
        hasRules = found.flag(0, 3)
        blocks = found.integer(0, 4)
        fields = try Self.fields(objectId, connection)
        keyConstraints = try Self.keyConstraints(objectId, ["org_id"] + resource.key, connection)
        hasIndependentRows =
            found.flag(0, 5) && !hasRules && relationKind == "r" && found.integer(0, 6) == keyConstraints.count
    }

    private static func fields(_ table: Int, _ connection: Connection) throws -> [String: Field] {
        let rows = try connection.execute(
            """
            WITH RECURSIVE base AS (
              SELECT a.attnum, t.oid, t.typtype, t.typbasetype, t.typcategory, t.typtypmod, a.atttypmod AS modifier
              FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
              UNION ALL
              SELECT b.attnum, t.oid, t.typtype, t.typbasetype, t.typcategory, t.typtypmod,
                CASE WHEN b.typtypmod >= 0 THEN b.typtypmod ELSE b.modifier END
              FROM base b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')
            SELECT a.attname, b.oid, format_type(a.atttypid, a.atttypmod), b.typtype, b.typcategory = 'A',
              CASE WHEN a.attcollation = 0 THEN true
                WHEN a.attcollation = 'pg_catalog."default"'::regcollation
                THEN d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')
                ELSE a.attcollation IN ('pg_catalog."C"'::regcollation, 'pg_catalog."POSIX"'::regcollation) END,
              has_column_privilege(a.attrelid, a.attnum, 'SELECT'), has_column_privilege(a.attrelid, a.attnum, 'INSERT'),
              has_column_privilege(a.attrelid, a.attnum, 'UPDATE'), a.attgenerated <> '' OR a.attidentity = 'a',
              format_type(b.oid, -1), f.name, b.modifier, f.arguments = 3,
              CASE WHEN b.oid <> a.atttypid THEN format_type(a.atttypid, NULL) END
            FROM base b JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = b.attnum
              LEFT JOIN LATERAL (SELECT format('%I.%I', n.nspname, p.proname) AS name, p.pronargs AS arguments
                FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE c.castsource = b.oid AND c.casttarget = b.oid AND b.modifier >= 0) f ON true,
              pg_database d WHERE d.datname = current_database() AND b.typtype <> 'd'
            """, [String(table)])
        var fields: [String: Field] = [:]
        for row in 0..<rows.rowCount {
            let name = rows.text(row, 0) ?? ""
            fields[name] = Field(
                name: name, typeId: rows.integer(row, 1), typeName: rows.text(row, 2) ?? "",
                baseTypeName: rows.text(row, 10) ?? "text",
                coercion: rows.text(row, 11).map {
                    Coercion(function: $0, modifier: rows.integer(row, 12), isTold: rows.flag(row, 13))
                },
                domain: rows.text(row, 14), kind: rows.text(row, 3) ?? "", isArray: rows.flag(row, 4),
                isByteOrdered: rows.flag(row, 5),
                canSelect: rows.flag(row, 6), canInsert: rows.flag(row, 7), canUpdate: rows.flag(row, 8),
                isGenerated: rows.flag(row, 9))
        }
        return fields
    }

    private static func keyConstraints(_ table: Int, _ key: [String], _ connection: Connection) throws -> [String] {
        let rows = try connection.execute(
            """
            SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
              AND i.indnkeyatts = cardinality($2::text[])
              AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM pg_attribute a
                   WHERE a.attrelid = i.indrelid
                     AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
                = (SELECT array_agg(k ORDER BY k) FROM unnest($2::text[]) k)
            """, [String(table), ArrayText.encode(key)])
        return (0..<rows.rowCount).compactMap { rows.text($0, 0) }
    }

    /// The columns a job needs, in its order.
    ///
    /// Throws `database_statement` (78) for columns that are missing, `database_forbidden` (77) for those the role may
    /// not use.
    func require(
        _ names: [String], table: String, to action: String, _ isAllowed: (Field) -> Bool, _ connection: Connection
    ) throws(JobError) -> [Field] {
        let missing = names.filter { fields[$0] == nil }
        if !missing.isEmpty {
            throw JobError(
                .databaseStatement,
                "\(connection.name): table \(table) has no column \(missing.joined(separator: ", "))",
                hint: "compare the table with the catalogue")
        }
        let found = names.compactMap { fields[$0] }
        let refused = found.filter { !isAllowed($0) }
        if !refused.isEmpty {
            throw JobError(
                .databaseForbidden,
                "\(connection.name): the role may not \(action) \(table) "
                    + "(\(refused.map(\.name).joined(separator: ", ")))",
                hint: "GRANT \(action) on these columns to the job's role")
        }
        return found
    }
}

extension TableShape.Field {
    /// A text as a value of the column, with what an assignment to it would do: round, pad, check.
    ///
    /// A text that is too long is an error there, where a cast would cut it.
    func value(_ text: String) -> String {
        var value = "\(text)::\(baseTypeName)"
        if let coercion {
            value = "\(coercion.function)(\(value), \(coercion.modifier)\(coercion.isTold ? ", false" : ""))"
        }
        return domain.map { "(\(value))::\($0)" } ?? value
    }

    /// Characters that a `varchar(n)` holds; `nil` when it has no limit.
    var length: Int? { coercion.map { $0.modifier - 4 } }

    /// Whether the server cuts texts that are too long without a word: types of its own catalogue.
    var cutsText: Bool { typeId == 18 || typeId == 19 }
}

/// One-dimensional arrays as text (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).
enum ArrayText {
    static func encode(_ elements: [String]) -> String {
        var text = "{"
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(",") }
            text.append("\"")
            for scalar in element.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(scalar)
            }
            text.append("\"")
        }
        return text + "}"
    }
}

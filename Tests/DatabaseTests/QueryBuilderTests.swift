import JobCore
import PostgreSQL
import SQLite
import Testing

@Suite("Statements of queries")
struct QueryBuilderTests {
    private static let resource = Resource(
        name: "orders", table: "or\"ders",
        columns: [
            Column("id", .text), Column("total", .decimal), Column("note\"; DROP TABLE x; --", .text),
            Column("data", .json), Column("at", .timestamp),
        ], key: ["id"], timeColumn: "at")
    private static let hostile = "a' OR '1'='1\"; --"

    private func query(_ conditions: [Condition] = [], order: [String]? = nil, limit: Int? = nil) -> RowQuery {
        RowQuery(
            resource: Self.resource, orgId: Self.hostile, columns: Self.resource.columns, conditions: conditions,
            order: order, limit: limit)
    }

    @Test("A query without conditions reads the rows of one organisation in key order, names quoted, values bound")
    func select() {
        let sqlite = QueryBuilder(query(), dialect: SQLiteDialect())
        let columns = #""id", "total", "note""; DROP TABLE x; --", "data", "at""#
        #expect(
            sqlite.select()
                == SQLStatement(
                    "SELECT \(columns) FROM \"or\"\"ders\" WHERE \"org_id\" = ?1 ORDER BY \"org_id\", \"id\"",
                    values: [.text(Self.hostile)]))
        #expect(
            sqlite.count()
                == SQLStatement(
                    "SELECT count(*) FROM \"or\"\"ders\" WHERE \"org_id\" = ?1", values: [.text(Self.hostile)]))
        let limited = QueryBuilder(query(order: ["at", "id"], limit: 5), dialect: PostgreSQLDialect())
        #expect(
            limited.select().text
                == "SELECT \(columns) FROM \"or\"\"ders\" WHERE \"org_id\" = $1 "
                + "ORDER BY \"org_id\", \"at\", \"id\" LIMIT 5"
        )
        #expect(
            limited.count().text
                == "SELECT count(*) FROM (SELECT 1 FROM \"or\"\"ders\" WHERE \"org_id\" = $1 LIMIT 5) AS counted")
    }

    private static let id = Operand.column(Column("id", .text))
    private static let total = Operand.column(Column("total", .decimal))
    private static let field = Operand.jsonField(Column("data", .json), path: ["a", "b c"])

    private static let table: [(Condition, sqlite: String, postgresql: String, values: [Literal])] = [
        (.compare(id, .equal, .text("x")), #""id" = ?2"#, #""id" = $2"#, [.text("x")]),
        (
            .compare(id, .notEqual, .text("x")), #""id" IS NOT ?2"#, #""id" IS DISTINCT FROM $2"#,
            [.text("x")]
        ),
        (
            .compare(total, .greater, .decimal("1.5")), #""total" COLLATE dataio_decimal > ?2"#, #""total" > $2"#,
            [.decimal("1.5")]
        ),
        (
            .compare(total, .greaterOrEqual, .decimal("1.5")), #""total" COLLATE dataio_decimal >= ?2"#,
            #""total" >= $2"#, [.decimal("1.5")]
        ),
        (.compare(id, .less, .text("x")), #""id" < ?2"#, #""id" COLLATE "C" < $2"#, [.text("x")]),
        (.compare(id, .lessOrEqual, .text("x")), #""id" <= ?2"#, #""id" COLLATE "C" <= $2"#, [.text("x")]),
        (
            .anyOf(id, [.text("x"), .text(hostile)]), #""id" IN (?2, ?3)"#, #""id" IN ($2, $3)"#,
            [.text("x"), .text(hostile)]
        ),
        (.anyOf(id, []), "1 = 0", "1 = 0", []),
        (.contains(id, "%_"), #"instr("id", ?2) > 0"#, #"position($2 in "id") > 0"#, [.text("%_")]),
        (
            .startsWith(id, "%_"), #"substr("id", 1, length(?2)) = ?2"#, #"starts_with("id", $2)"#,
            [.text("%_")]
        ),
        (.isPresent(id), #""id" IS NOT NULL"#, #""id" IS NOT NULL"#, []),
        (.isAbsent(total), #""total" COLLATE dataio_decimal IS NULL"#, #""total" IS NULL"#, []),
    ]

    @Test("Every operator is written as its database understands it, and is added to the condition on the organisation")
    func operators() {
        for (condition, sqlite, postgresql, values) in Self.table {
            for (dialect, mark, expected) in [
                (SQLiteDialect() as any SQLDialect, "?", sqlite), (PostgreSQLDialect(), "$", postgresql),
            ] {
                let builder = QueryBuilder(query([condition]), dialect: dialect)
                for statement in [builder.select(), builder.count()] {
                    #expect(
                        statement.text.contains(" WHERE \"org_id\" = \(mark)1 AND \(expected)"), "\(statement.text)")
                    #expect(statement.values == [.text(Self.hostile)] + values)
                    #expect(!statement.text.contains(Self.hostile))
                }
            }
        }
    }

    @Test("Fields of JSON columns bind their path, each database in its own form")
    func jsonFields() {
        let condition = Condition.compare(Self.field, .equal, .text("x"))
        let sqlite = QueryBuilder(query([condition]), dialect: SQLiteDialect()).select()
        #expect(sqlite.text.contains(#"CASE WHEN json_valid("data") THEN json_extract("data", ?2) END = ?3"#))
        #expect(sqlite.values == [.text(Self.hostile), .text(#"$."a"."b c""#), .text("x")])
        let postgresql = QueryBuilder(query([condition]), dialect: PostgreSQLDialect()).select()
        #expect(
            postgresql.text.contains(
                #"(CASE WHEN jsonb_typeof("data"::jsonb #> $2::text[]) = 'string' THEN "data"::jsonb #>> $2::text[] END) "#
                    + #"COLLATE "C" = $3"#))
        #expect(postgresql.values == [.text(Self.hostile), .text(#"{"a","b c"}"#), .text("x")])
        #expect(PostgreSQLDialect().jsonPath([#"a"b\c"#]) == #"{"a\"b\\c"}"#)
    }

    @Test("Several conditions must all hold, with placeholders counted on")
    func several() {
        let conditions: [Condition] = [
            .compare(Self.id, .equal, .text("a")), .anyOf(Self.total, [.decimal("1"), .decimal("2")]),
            .startsWith(Self.field, "b"),
        ]
        let statement = QueryBuilder(query(conditions), dialect: SQLiteDialect()).count()
        let text = statement.text
        #expect(text.contains(#""id" = ?2 AND "total" COLLATE dataio_decimal IN (?3, ?4) AND substr(CASE"#))
        #expect(text.hasSuffix("1, length(?6)) = ?6"))
        #expect(statement.values.count == 6)
    }
}

@Suite("Table definitions")
struct TableDefinitionTests {
    @Test("Every type has a column type that holds it exactly")
    func types() {
        #expect(
            ColumnType.allCases.map { SQLiteDialect().columnType($0, isKey: false) }
                == ["TEXT", "INTEGER", "TEXT", "REAL", "INTEGER", "INTEGER", "TEXT", "TEXT", "TEXT"])
        #expect(
            ColumnType.allCases.map { PostgreSQLDialect().columnType($0, isKey: false) }
                == [
                    "text", "bigint", "numeric", "double precision", "boolean", "timestamptz", "date", "uuid", "jsonb",
                ])
    }

    @Test("A resource's table has org_id first, its key required, and an index by time within the organisation")
    func resource() {
        let resource = Resource(
            name: "x", table: "t\"able",
            columns: [Column("id", .uuid), Column("at", .timestamp), Column("n", .decimal)],
            key: ["id"], timeColumn: "at")
        let table = TableDefinition(resource)
        #expect(table.primaryKey == ["org_id", "id"])
        #expect(
            SQLiteDialect().createStatements(table) == [
                """
                CREATE TABLE IF NOT EXISTS "t""able" (
                  "org_id" TEXT NOT NULL,
                  "id" TEXT NOT NULL,
                  "at" INTEGER,
                  "n" TEXT,
                  PRIMARY KEY ("org_id", "id")
                ) STRICT, WITHOUT ROWID
                """,
                #"CREATE INDEX IF NOT EXISTS "t""able_by_at" ON "t""able" ("org_id", "at", "id")"#,
            ])
        #expect(
            PostgreSQLDialect().createStatements(table) == [
                """
                CREATE TABLE IF NOT EXISTS "t""able" (
                  "org_id" text COLLATE "C" NOT NULL,
                  "id" uuid NOT NULL,
                  "at" timestamptz,
                  "n" numeric,
                  PRIMARY KEY ("org_id", "id")
                )
                """,
                #"CREATE INDEX IF NOT EXISTS "t""able_by_at" ON "t""able" ("org_id", "at", "id")"#,
            ])
    }

    @Test("A key that begins with the time needs no index of its own, and neither does a table without time")
    func noIndex() throws {
        let analytics = try #require(Catalogue.builtIn.resource("analytics"))
        #expect(TableDefinition(analytics).indexes == [])
        let timeless = Resource(name: "x", columns: [Column("id", .text)], key: ["id"], timeColumn: nil)
        #expect(TableDefinition(timeless).indexes == [])
    }

    @Test("The tables of the jobs: whose, which job, and nothing that may be missing but the end of a key")
    func system() {
        #expect(
            TableDefinition.system.map { "\($0.name): \($0.primaryKey.joined(separator: " "))" } == [
                "import_ledger: org_id job_id", "import_rejects: org_id job_id record", "api_keys: key_hash",
                "audit_log: org_id seq",
            ])
        for table in TableDefinition.system {
            #expect(table.fields.contains { $0.name == "org_id" })
            #expect(
                table.fields.filter { !$0.isRequired }.map(\.name) == (table.name == "api_keys" ? ["revoked_at"] : []))
        }
    }
}

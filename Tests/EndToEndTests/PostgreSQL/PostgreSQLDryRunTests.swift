internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Dry runs on PostgreSQL")
struct PostgreSQLDryRunTests {
    @Test(
        "A dry run counts what the real run does, and writes nothing into any table", arguments: ["insert", "upsert"])
    func dryRun(mode: String) throws {
        let scene = try PostgreSQLBench()
        try scene.sql(
            "INSERT INTO contacts (org_id, id) SELECT 'org_demo', 'c' || i FROM generate_series(0, 30000, 3) i")
        try scene.bench.upload(PostgreSQLBench.contacts(40_000), as: "f")
        let members = #""resource":"contacts","sourceKey":"uploads/f","mode":"\#(mode)""#
        let dry = try scene.run(.import, members + #","dryRun":true"#)
        #expect(dry.status == 0, "\(dry)")
        #expect(
            try scene.sql(
                "SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM import_ledger), "
                    + "(SELECT count(*) FROM import_rejects), (SELECT count(*) FROM contacts WHERE email IS NOT NULL)")
                == "10001|0|0|0")
        let real = try scene.run(.import, members)
        #expect(real.status == 0, "\(real)")
        for name in ["rowsRead", "inserted", "updated", "skipped", "rejected"] {
            #expect(dry.count(name) == real.count(name), "\(name)")
        }
        #expect(dry["rejects.byCode"] == real["rejects.byCode"])
    }

    /// A key column, SQL of the key with the number `i` in the table and in the file, and whether a dry run may tell keys
    /// apart by their text, and so reads all of them at once.
    struct KeyKind: CustomTestStringConvertible {
        let type: String
        let declared: String
        let stored: String
        let written: String
        let isReadAtOnce: Bool

        init(
            _ type: String, _ declared: String, _ stored: String, _ written: String? = nil, isReadAtOnce: Bool = true
        ) {
            self.type = type
            self.declared = declared
            self.stored = stored
            self.written = written ?? stored
            self.isReadAtOnce = isReadAtOnce
        }

        var testDescription: String { "\(type) as \(declared)" }
    }

    static let kinds = [
        KeyKind("text", "text", "'key ' || i"),
        KeyKind("text", #"varchar(20) COLLATE "en_US""#, "'Ä' || i"),
        KeyKind("uuid", "uuid", "md5(i::text)", "upper(md5(i::text)::uuid::text)"),
        KeyKind("int", "int", "i * 7 - 9000"),
        KeyKind("decimal", "numeric", "i || '.50'", "i || '.5'", isReadAtOnce: false),
        KeyKind("text", "uuid", "md5(i::text)", "upper(md5(i::text))", isReadAtOnce: false),
        KeyKind("text", "text COLLATE folded", "'K' || i", "'k' || i", isReadAtOnce: false),
    ]

    @Test("Whatever the key is, a dry run finds the same rows in the table as the real one", arguments: kinds)
    func keys(kind: KeyKind) throws {
        let scene = try PostgreSQLBench(isEmpty: true)
        try scene.sql(
            """
            CREATE COLLATION "en_US" (provider = icu, locale = 'en-US');
            CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE things (org_id text, id \(kind.declared), note text, PRIMARY KEY (org_id, id));
            INSERT INTO things SELECT 'org_demo', (\(kind.stored))::\(kind.declared) FROM generate_series(0, 8999, 2) AS i;
            INSERT INTO things SELECT 'org_other', (\(kind.stored))::\(kind.declared) FROM generate_series(0, 8999) AS i;
            ANALYZE things;
            """)
        // Every third row, one in a hundred twice, in several batches: the keys are read on the way.
        let rows = try scene.sql(
            """
            SELECT (\(kind.written)) || ',' || repeat('x', 200) FROM generate_series(0, 8999, 3) AS i
            UNION ALL SELECT (\(kind.written)) || ',again' FROM generate_series(0, 8999, 300) AS i
            """)
        try scene.bench.upload("id,note\n" + rows, as: "f")
        try scene.bench.folder.write(
            #"""
            {"resources":[{"name":"things","table":"things","key":["id"],"import":true,"columns":[
            {"name":"id","type":"\#(kind.type)"},{"name":"note","type":"text"}]}]}
            """#, to: "catalogue.json")
        let variables = ["RESOURCE_CATALOG": scene.bench.folder.path + "/catalogue.json"]
        let members = #""resource":"things","sourceKey":"uploads/f","skipDuplicates":true"#
        let questions = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'things_pkey'"
        let before = try scene.number(questions)
        let dry = try scene.run(.import, members + #","dryRun":true"#, variables: variables)
        #expect(dry.status == 0, "\(dry)")
        #expect(try scene.number("SELECT count(*) FROM things") == 13_500)
        let asked = try scene.number(questions) - before
        #expect(kind.isReadAtOnce ? asked < 2_500 : asked >= 3_030, "\(asked) questions")
        let real = try scene.run(.import, members, variables: variables)
        #expect(real.status == 0, "\(real)")
        for name in ["rowsRead", "inserted", "updated", "skipped", "rejected"] {
            #expect(dry.count(name) == real.count(name), "\(name)")
        }
        #expect(real.count("rowsRead") == 3_030)
        #expect(real.count("inserted") == 1_500)
    }
}

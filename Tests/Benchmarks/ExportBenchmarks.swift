import TestSupport

/// Exports generated events from SQLite to CSV: this project beside `sqlite3 -csv` and DuckDB's SQLite reader.
///
/// DuckDB takes part when the `duckdb` module of python3 and its SQLite extension are installed. The peers write
/// timestamps as they are stored, this project writes them as RFC 3339 text, computes the SHA-256 and keeps a manifest.
enum ExportBenchmarks {
    private static let rounds = 5

    static func run(rows: Int) throws {
        let folder = try TemporaryFolder()
        let program = try Executable.path("ExportJob")
        let database = folder.path + "/events.sqlite"
        try generate(rows, at: database, folder)
        try folder.write(#"{"orgId":"org_demo","resource":"events","format":"csv"}"#, to: "spec.json")
        let columns = "id, profile_id, name, occurred_at, session_id, source, ip, revenue, properties"
        let query = { (table: String) in
            "SELECT \(columns) FROM \(table) WHERE org_id = 'org_demo' ORDER BY org_id, id"
        }
        var contest = Contest()
        contest.add("ExportJob", [program, "--spec", "spec.json"])
        contest.add(
            "sqlite3 -csv", ["sh", "-c", "exec sqlite3 -csv events.sqlite \"\(query("events"))\" > peer.csv"])
        let duckdb = """
            import duckdb
            duckdb.sql("LOAD sqlite; ATTACH 'events.sqlite' AS source (TYPE sqlite, READ_ONLY)")
            """
        if try ChildProcess.run("python3", ["-c", duckdb], workingFolder: folder.path).status == 0 {
            let copy = duckdb + "\nduckdb.sql(\"COPY (\(query("source.events"))) TO 'peer.csv'\")"
            contest.add("duckdb", ["python3", "-c", copy])
        } else {
            print("duckdb: its module or SQLite extension is not installed")
        }
        let environment = [
            "DATABASE_URL": "sqlite:" + database, "OBJECT_STORE_URL": "file:" + folder.path + "/objects",
        ]
        try contest.run(rounds: rounds, environment: environment, folder: folder.path) {
            _ = try ChildProcess.run("rm", ["-rf", "objects", "peer.csv"], workingFolder: folder.path)
        }
        contest.report(rows, "rows")
    }

    /// Fills a database with events in key order.
    private static func generate(_ rows: Int, at database: String, _ folder: TemporaryFolder) throws {
        let migrated = try ChildProcess.run(
            Executable.path("ImportJob"), ["migrate"],
            environment: ["DATABASE_URL": "sqlite:" + database, "OBJECT_STORE_URL": "file:" + folder.path + "/objects"])
        guard migrated.status == 0 else { throw Contest.Failure(message: migrated.errorText) }
        let script = """
            PRAGMA synchronous = OFF;
            INSERT INTO events
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < \(rows))
            SELECT 'org_demo', printf('%08x-%04x-4%03x-8%03x-%012x', i, i % 65536, i % 4096, i * 7 % 4096,
                i * 2654435761 % 281474976710656),
              'prof_' || (100000 + i % 50000),
              CASE i % 5 WHEN 1 THEN 'signed_in' WHEN 2 THEN 'product_added' WHEN 4 THEN 'order_completed'
                ELSE 'page_viewed' END,
              1767225600000000 + i * 3127777 % 15638400000000, 'sess_' || (i % 900000),
              CASE i % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'ios' ELSE 'android' END, '198.51.100.' || (i % 256),
              CASE WHEN i % 5 = 4 THEN (i % 400) || '.' || (10 + i % 90) END,
              '{"url":"https://shop.example.com/p/' || (i % 900) || '","referrer":"search","items":' || (i % 6)
                || ',"ok":true}'
            FROM n;
            PRAGMA wal_checkpoint(TRUNCATE);
            """
        let filled = try ChildProcess.run("sqlite3", [database], input: Array(script.utf8))
        guard filled.status == 0 else { throw Contest.Failure(message: filled.errorText) }
    }
}

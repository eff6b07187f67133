import TestSupport

/// Imports of one CSV file of profiles into a table with its key and its index.
struct ImportContests {
    let bench: PostgreSQLBench

    private var columns: String { PostgreSQLData.profileColumns }
    private var file: String { bench.folder.path + "/profiles.csv" }

    /// The way that checks keys: a temporary table, and what is new from there.
    private var staging: String {
        """
        BEGIN;
        CREATE TEMPORARY TABLE incoming (LIKE profiles INCLUDING DEFAULTS) ON COMMIT DROP;
        \\copy incoming (\(columns)) FROM '\(file)' CSV HEADER
        INSERT INTO profiles SELECT * FROM incoming ON CONFLICT DO NOTHING;
        COMMIT;
        """
    }

    /// Every program finds the table empty.
    func intoEmptyTable() throws {
        let peers = try Peers(bench: bench)
        var contest = DatabaseContest("import into an empty table with a key", bench: bench)
        contest.add(
            "psql \\copy straight in",
            peers.shell(peers.psql("\\copy profiles (\(columns)) FROM '\(file)' CSV HEADER")),
            environment: peers.environment)
        contest.add("psql by a temporary table", peers.shell(peers.psql(staging)), environment: peers.environment)
        contest.add(
            "DuckDB",
            peers.duckdb("INSERT INTO db.profiles BY NAME SELECT 'org_demo' AS org_id, * FROM read_csv('\(file)')"),
            environment: peers.environment)
        contest.add(
            "sling",
            peers.sling([
                "--src-stream", "file://\(file)", "--tgt-conn", bench.address, "--tgt-object", "public.profiles",
                "--mode", "truncate",
            ]), environment: peers.environment)
        try addOwn(to: &contest, "")
        try contest.run(
            rows: bench.options.profiles,
            prepare: { try bench.server.psql("TRUNCATE profiles; CHECKPOINT") }, count: count, clean: clean)
    }

    /// Every program finds all rows in the table already.
    func ofDuplicates() throws {
        let peers = try Peers(bench: bench)
        try bench.server.psql("TRUNCATE profiles;\n" + staging + "\nVACUUM ANALYZE profiles;")
        var contest = DatabaseContest("import of rows that are there already", bench: bench)
        contest.add("psql by a temporary table", peers.shell(peers.psql(staging)), environment: peers.environment)
        try addOwn(to: &contest, #","skipDuplicates":true"#)
        try contest.run(
            rows: bench.options.profiles, prepare: { try bench.server.psql("CHECKPOINT") }, count: count, clean: clean)
    }

    /// Nothing is written: DuckDB only parses and looks at every value, a dry run tells what an import would do.
    func ofDryRuns() throws {
        let peers = try Peers(bench: bench)
        try bench.server.psql("TRUNCATE profiles;\n" + staging + "\nVACUUM ANALYZE profiles;")
        let empty = ["DATABASE_URL": "sqlite:\(bench.folder.path)/empty.sqlite"]
        let made = try ChildProcess.run(Executable.path("ImportJob"), ["migrate"], environment: empty)
        guard made.status == 0 else { throw Contest.Failure(message: made.errorText) }
        var contest = DatabaseContest("dry run of the import", bench: bench)
        contest.add(
            "DuckDB read_csv", peers.duckdb("SELECT max(COLUMNS(*)) FROM read_csv('\(file)')"),
            environment: peers.environment)
        let spec = try ownSpec(#","skipDuplicates":true,"dryRun":true"#)
        try contest.add(own: "ImportJob", spec, environment: store)
        contest.add(
            "ImportJob, no table to ask", [try Executable.path("ImportJob"), "--spec", spec.name],
            environment: store.merging(empty) { $1 })
        try contest.run(rows: bench.options.profiles, count: count, clean: clean)
    }

    private var store: [String: String] { ["OBJECT_STORE_URL": "file:\(bench.folder.path)/objects"] }

    private func addOwn(to contest: inout DatabaseContest, _ fields: String) throws {
        try contest.add(own: "ImportJob", ownSpec(fields), environment: store)
    }

    /// The import of the file with more fields, the file in its place.
    private func ownSpec(_ fields: String) throws -> SignedSpec {
        try bench.folder.makeFolder("objects/org_demo/uploads")
        let upload = bench.folder.path + "/objects/org_demo/uploads/profiles.csv"
        let linked = try ChildProcess.run("ln", ["-f", file, upload])
        guard linked.status == 0 else { throw Contest.Failure(message: linked.errorText) }
        return try SignedSpec(
            #""resource":"profiles","format":"csv","sourceKey":"uploads/profiles.csv"\#(fields)"#, name: "import.json",
            in: bench.folder)
    }

    /// The rows, if the table has still the columns it was made with.
    private func count() throws -> Int {
        let columns = try bench.server.psql(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'profiles'::regclass AND attnum > 0")
        guard columns == "16" else { throw Contest.Failure(message: "the table has \(columns) columns now") }
        return Int(try bench.server.psql("SELECT count(*) FROM profiles")) ?? -1
    }

    private func clean() throws { try bench.server.psql("VACUUM profiles") }
}

import TestSupport

/// Exports of one organisation's events, every program with the same nine columns in CSV.
struct ExportContests {
    let bench: PostgreSQLBench

    private var condition: String { "WHERE org_id = 'org_demo'" }
    private var query: String { "SELECT \(PostgreSQLData.eventColumns) FROM events \(condition)" }
    private var duckdbQuery: String { "SELECT \(PostgreSQLData.eventColumns) FROM db.events \(condition)" }

    private func spec() throws -> SignedSpec {
        try SignedSpec(#""resource":"events","format":"csv""#, name: "export.json", in: bench.folder)
    }

    /// Everything is written to files of one folder.
    func toFile() throws {
        let peers = try Peers(bench: bench)
        let folder = bench.folder.path
        var contest = DatabaseContest("export to a file", bench: bench)
        contest.add("psql COPY", peers.shell(peers.psqlCopy(query) + " > out/psql.csv"), environment: peers.environment)
        contest.add(
            "DuckDB", peers.duckdb("COPY (\(duckdbQuery)) TO 'out/duckdb.csv' (HEADER)"),
            environment: peers.environment)
        contest.add(
            "sling",
            peers.sling([
                "--src-conn", bench.address, "--src-stream", query, "--tgt-object", "file://\(folder)/out/sling.csv",
            ]), environment: peers.environment)
        try contest.add(own: "ExportJob", spec(), environment: ["OBJECT_STORE_URL": "file:\(folder)/out"])
        try contest.run(
            rows: bench.options.events,
            prepare: {
                try bench.folder.makeFolder("out")
                try bench.server.psql("CHECKPOINT")
            },
            count: {
                let script = """
                    lines=$(find out -name '*.csv' -exec cat {} + | wc -l)
                    echo $((lines - $(find out -name '*.csv' | wc -l)))
                    """
                return try number(ChildProcess.run("sh", ["-c", script], workingFolder: folder))
            },
            clean: { _ = try ChildProcess.run("rm", ["-rf", folder + "/out"]) })
    }

    /// Everything is sent to one bucket on this machine, whose server takes its share of the processors.
    func toBucket() throws {
        let peers = try Peers(bench: bench)
        let bucket = try S3Server(.seaweedfs)
        let environment = peers.environment.merging([
            "AWS_ACCESS_KEY_ID": S3Server.accessKeyID, "AWS_SECRET_ACCESS_KEY": S3Server.secretAccessKey,
            "AWS_DEFAULT_REGION": "us-east-1", "RCLONE_CONFIG_THE_TYPE": "s3",
            "RCLONE_CONFIG_THE_PROVIDER": "SeaweedFS",
            "RCLONE_CONFIG_THE_ENDPOINT": bucket.endpoint, "RCLONE_CONFIG_THE_ENV_AUTH": "true",
            "RCLONE_CONFIG_THE_REGION": "us-east-1", "RCLONE_S3_NO_CHECK_BUCKET": "true",
            "RCLONE_S3_FORCE_PATH_STYLE": "true",
        ]) { $1 }
        let secret = """
            CREATE SECRET (TYPE s3, KEY_ID '\(S3Server.accessKeyID)', SECRET '\(S3Server.secretAccessKey)', \
            ENDPOINT '127.0.0.1:\(bucket.port)', URL_STYLE 'path', USE_SSL false, REGION 'us-east-1');
            """
        var contest = DatabaseContest("export to S3 (SeaweedFS on this machine)", bench: bench)
        contest.add(
            "psql COPY | aws s3 cp -",
            peers.shell(
                peers.psqlCopy(query)
                    + " | \(peers.aws) --endpoint-url \(bucket.endpoint) s3 cp - s3://bucket/out/aws.csv"
            ), environment: environment)
        contest.add(
            "psql COPY | rclone rcat",
            peers.shell(peers.psqlCopy(query) + " | \(peers.rclone) rcat the:bucket/out/rclone.csv"),
            environment: environment)
        contest.add(
            "DuckDB",
            peers.duckdb(
                secret + "COPY (\(duckdbQuery)) TO 's3://bucket/out/duckdb.csv' (HEADER)", extensions: ["httpfs"]),
            environment: environment)
        try contest.add(
            own: "ExportJob", spec(),
            environment: environment.merging(["OBJECT_STORE_URL": bucket.storeURL(prefix: "out")]) { $1 })
        let run = { (script: String) in
            try ChildProcess.run("bash", ["-o", "pipefail", "-c", script], environment: environment)
        }
        try contest.run(
            rows: bench.options.events,
            prepare: { try bench.server.psql("CHECKPOINT") },
            count: {
                let list = "\(peers.rclone) lsf -R --files-only --include '*.csv' the:bucket/out"
                let script = "lines=$(\(list) | sed 's|^|the:bucket/out/|' | xargs -n 1 \(peers.rclone) cat | wc -l) &&"
                return try number(run("\(script) echo $((lines - $(\(list) | wc -l)))"))
            },
            clean: { _ = try run("\(peers.rclone) delete the:bucket/out") })
    }

    private func number(_ result: ChildProcess.Result) throws -> Int {
        guard let number = Int(result.text.filter(\.isNumber)) else {
            throw Contest.Failure(message: "rows were not counted: \(result.errorText)")
        }
        return number
    }
}

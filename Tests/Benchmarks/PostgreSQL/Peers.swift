import TestSupport

/// The programs of others, and how they are told to do the same work.
struct Peers {
    let bench: PostgreSQLBench
    private let peers = TestFolders.build + "/peers/programs"
    private let clients = TestFolders.build + "/servers/bin"

    init(bench: PostgreSQLBench) throws {
        self.bench = bench
        for (program, script) in [("\(peers)/sling", "benchmark-peers"), ("\(clients)/rclone", "s3-servers")] {
            guard try ChildProcess.run("test", ["-x", program]).status == 0 else {
                throw Contest.Failure(message: "\(program) is missing: run container/\(script)")
            }
        }
    }

    var rclone: String { "'\(clients)/rclone'" }
    var aws: String { "'\(clients)/aws'" }

    /// A command of bash; a failure in a pipe is one of the whole.
    func shell(_ script: String) -> [String] { ["bash", "-o", "pipefail", "-c", script] }

    /// Runs one or more commands of `psql`, as one script on its standard input.
    func psql(_ script: String) -> String {
        "'\(bench.server.program("psql"))' -X -q -v ON_ERROR_STOP=1 '\(bench.address)' <<'END'\n\(script)\nEND\n"
    }

    /// Writes the result of a query to standard output.
    func psqlCopy(_ query: String) -> String {
        "'\(bench.server.program("psql"))' -X -q -c \"COPY (\(query)) TO STDOUT (FORMAT csv, HEADER)\" '\(bench.address)'"
    }

    /// Runs statements of DuckDB with the database attached as `db`, on two threads as all that run here.
    func duckdb(_ statements: String, extensions: [String] = []) -> [String] {
        let loads = (["postgres_scanner"] + extensions).map { "LOAD '\(peers)/\($0).duckdb_extension';" }
        let script =
            loads.joined(separator: " ") + " ATTACH '\(bench.address)' AS db (TYPE postgres); SET threads = 2; "
        return ["\(peers)/duckdb", "-bail", "-init", "/dev/null", "-c", script + statements]
    }

    func sling(_ arguments: [String]) -> [String] { ["\(peers)/sling", "run"] + arguments }

    /// What the programs need; sling adds a column to the table and reports home when it is not told not to.
    var environment: [String: String] {
        ["HOME": bench.folder.path, "SLING_DISABLE_TELEMETRY": "TRUE", "SLING_LOADED_AT_COLUMN": "FALSE"]
    }
}

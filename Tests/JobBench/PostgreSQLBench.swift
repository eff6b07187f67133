internal import Glibc
internal import TestSupport

/// Jobs on a database of their own in a real PostgreSQL, with a folder as the store.
///
/// Their specs are signed, as they must be where the database is a server.
final class PostgreSQLBench: Sendable {
    private static let shared = Result { try PostgreSQLServer() }

    let bench: Workbench
    let server: PostgreSQLServer
    let database: String

    /// A database with the tables of the catalogue, unless it `isEmpty`, on the server that all tests share or another.
    init(isEmpty: Bool = false, on own: PostgreSQLServer? = nil, variables: [String: String] = [:]) throws {
        server = try own ?? Self.shared.get()
        database = "bench_" + String(UInt32.random(in: 0...UInt32.max), radix: 36)
        try server.psql("CREATE DATABASE \(database)")
        let settings = ["DATABASE_URL": server.socketURL(database: database), "JOB_SIGNING_KEY": Bucket.signingKey]
        bench = try Workbench(.empty, variables: settings.merging(variables) { $1 })
        if isEmpty { return }
        let migrated = try bench.run(.import, ["migrate"])
        if migrated.status != 0 { throw ToolFailure(tool: "migrate", status: migrated.status, text: "\(migrated)") }
    }

    deinit { _ = try? server.psql("DROP DATABASE \(database) WITH (FORCE)") }

    /// Runs SQL; rows with values separated by `|`.
    @discardableResult
    func sql(_ statements: String) throws -> String { try server.psql(statements, database: database) }

    func number(_ query: String) throws -> Int { Int(try sql(query)) ?? -1 }

    /// Starts a job whose spec an administrator has signed.
    func start(
        _ program: Program, _ members: String, variables: [String: String] = [:], measuresMemory: Bool = false
    ) throws -> ChildProcess {
        let spec = Bucket.spec(members)
        let proof = ["JOB_SPEC_SIGNATURE": try Bucket.signature(spec, program)]
        return try bench.start(
            program, spec: spec, variables: proof.merging(variables) { $1 }, measuresMemory: measuresMemory)
    }

    /// Runs a job whose spec an administrator has signed.
    func run(_ program: Program, _ members: String, variables: [String: String] = [:]) throws -> JobRun {
        JobRun(try start(program, members, variables: variables).wait())
    }

    /// Waits until the query has another answer than `false`.
    func wait(for query: String) throws {
        for _ in 0..<600 {
            if try sql(query) == "t" { return }
            usleep(20_000)
        }
        throw ToolFailure(tool: "psql", status: 0, text: "never true: \(query)")
    }

    /// A contacts file: every thousandth row has a bad cell, another one the key of a row before it.
    static func contacts(_ count: Int) -> String {
        "id,email,created_at,company\n"
            + (0..<count).map { number in
                number % 1000 == 7
                    ? "c\(number),u\(number)@example.com,never,\n"
                    : number % 1000 == 8
                        ? "c\(number - 5),twice@example.com,,\n"
                        : "c\(number),u\(number)@example.com,2026-04-01T00:00:00Z,\(number)\n"
            }.joined()
    }

    /// Fills `events` with rows of about 800 bytes; 60,000 are enough to be read in ranges of blocks.
    func makeEvents(_ count: Int) throws {
        try sql(
            """
            INSERT INTO events (org_id, id, profile_id, name, occurred_at, session_id, revenue, properties)
            SELECT 'org_demo', md5(i::text)::uuid, 'p' || i % 1000, 'viewed', timestamptz '2026-01-01Z' + i * interval '1 s',
              repeat(md5(i::text), 20), (i % 1000)::numeric / 100, jsonb_build_object('n', i, 'text', 'a, b: "c"')
            FROM generate_series(1, \(count)) i;
            ANALYZE events;
            """)
    }
}

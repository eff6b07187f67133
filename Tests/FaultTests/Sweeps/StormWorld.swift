internal import Glibc
internal import TestSupport

@testable internal import JobBench

/// SeaweedFS and a PostgreSQL of its own, both of which go away and come back.
final class StormWorld: FaultWorld {
    let name = "PostgreSQL + SeaweedFS"
    let database: PostgreSQLBench
    let store: StormStore
    let variables: [String: String]
    let servers: [FaultServer]
    private let copy: TemporaryFolder

    var bench: Workbench { database.bench }
    var server: S3Server { store.server }

    init() throws {
        let server = try S3Server(.seaweedfs)
        store = StormStore(server: server)
        database = try PostgreSQLBench(on: PostgreSQLServer())
        copy = try TemporaryFolder()
        try database.bench.folder.makeFolder("tmp")
        let url: @Sendable (Int) -> [String: String] = { port in
            ["OBJECT_STORE_URL": "s3://bucket?endpoint=http://127.0.0.1:\(port)&region=us-east-1&\(Bucket.smallParts)"]
        }
        servers = [FaultServer(name: "store", port: server.port, variables: url)]
        variables = [
            "AWS_ACCESS_KEY_ID": S3Server.accessKeyID, "AWS_SECRET_ACCESS_KEY": S3Server.secretAccessKey,
            "JOB_SIGNING_KEY": Bucket.signingKey, "TMPDIR": database.bench.folder.path + "/tmp",
            "DATABASE_URL": database.server.socketURL(database: database.database),
        ].merging(url(server.port)) { $1 }
    }

    func upload(_ bytes: [UInt8], as name: String, org: String) throws {
        try store.put(bytes, at: "\(org)/uploads/\(name)")
    }

    func removeUpload(_ name: String, org: String) {}

    func place(org: String, job: String) throws -> InvariantChecker.Place { try look(org: org, job: job).place }

    func leftovers(org: String, job: String) throws -> [String] { try look(org: org, job: job).left }

    /// A copy of what the store has of the job; uploads that are open, files that jobs have left, sessions that have not
    /// ended.
    func look(org: String, job: String) throws -> (place: InvariantChecker.Place, left: [String]) {
        let root = "\(copy.path)/\(org)-\(job)"
        _ = try Tool.run("rm", ["-rf", root])
        let uploads = try store.copy(["\(org)/jobs/\(job)/", "\(org)/audit/"], to: root)
        let files = try bench.folder.files().filter { $0.hasPrefix("tmp/") || $0.contains("/staging/") }
        let place = InvariantChecker.Place(
            store: root, database: database.server.socketURL(database: database.database), orgId: org, jobId: job)
        return (place, uploads.map { "upload of \($0)" } + files.map { "file \($0)" } + (try sessions()))
    }

    /// Sessions of jobs that are there although their processes have ended.
    private func sessions() throws -> [String] {
        let query = """
            SELECT 'session ' || application_name || ': ' || coalesce(state, '') || ' ' || coalesce(left(query, 80), '')
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND backend_type = 'client backend'
            """
        var found = ""
        for _ in 0..<30 {
            found = try sql(query)
            if found.isEmpty { return [] }
            usleep(100_000)
        }
        return found.split(separator: "\n").map(String.init)
    }

    /// Kills the store, and starts it again after so many microseconds; returns when it stores objects.
    func restartStore(pause: Int) throws {
        try server.crash()
        usleep(UInt32(pause))
        try server.start()
        for _ in 0..<100 {
            do { return try store.put([0x78], at: "ready") } catch { usleep(100_000) }
        }
        try store.put([0x78], at: "ready")
    }

    @discardableResult
    func sql(_ statements: String) throws -> String { try database.sql(statements) }
}

internal import Formats
internal import Glibc
internal import TestSupport

@testable internal import JobBench

/// A database and a store to do jobs with, again and again.
protocol FaultWorld: Sendable {
    var name: String { get }
    var bench: Workbench { get }
    /// How jobs reach database and store when nothing stands between.
    var variables: [String: String] { get }
    /// Ports on 127.0.0.1 of what a proxy can stand before.
    var servers: [FaultServer] { get }

    /// Stores an object under the organisation's uploads.
    func upload(_ bytes: [UInt8], as name: String, org: String) throws
    /// Forgets such an object.
    func removeUpload(_ name: String, org: String) throws
    /// Where the checker finds the job; copies what is not in a folder.
    func place(org: String, job: String) throws -> InvariantChecker.Place
    /// What a job that is done must not have left.
    func leftovers(org: String, job: String) throws -> [String]
    /// Runs SQL.
    @discardableResult
    func sql(_ statements: String) throws -> String
}

/// A server of a world, and how jobs are sent to it by another port.
struct FaultServer: Sendable {
    let name: String
    let port: Int
    let variables: @Sendable (_ port: Int) -> [String: String]
}

/// SQLite and a folder.
final class EmbeddedWorld: FaultWorld {
    let name = "SQLite + file"
    let bench: Workbench
    let variables = ["JOB_SIGNING_KEY": Bucket.signingKey]
    let servers: [FaultServer] = []

    init() throws { bench = try Workbench(.empty) }

    func upload(_ bytes: [UInt8], as name: String, org: String) throws {
        try bench.upload(bytes, as: name, org: org)
    }

    func removeUpload(_ name: String, org: String) throws {
        _ = try Tool.run("rm", ["-f", "\(bench.storePath)/\(org)/uploads/\(name)"])
    }

    func place(org: String, job: String) -> InvariantChecker.Place {
        InvariantChecker.Place(
            store: bench.storePath, database: "sqlite:" + bench.folder.path + "/" + Workbench.database, orgId: org,
            jobId: job)
    }

    func leftovers(org: String, job: String) throws -> [String] { try bench.stagingFiles() }

    func sql(_ statements: String) throws -> String { try bench.sql(statements) }
}

/// PostgreSQL and a bucket.
final class ServedWorld: FaultWorld {
    let name = "PostgreSQL + S3"
    let database: PostgreSQLBench
    let server: FakeS3
    let variables: [String: String]
    let servers: [FaultServer]
    private let copy: TemporaryFolder

    var bench: Workbench { database.bench }

    init() throws {
        database = try PostgreSQLBench()
        server = try FakeS3(.aws)
        copy = try TemporaryFolder()
        let credentials = FakeS3.Credentials()
        let (name, folder) = (database.database, database.server.folder)
        let keys = [
            "AWS_ACCESS_KEY_ID": credentials.accessKey, "AWS_SECRET_ACCESS_KEY": credentials.secretKey,
            "JOB_SIGNING_KEY": Bucket.signingKey,
        ]
        let store: @Sendable (Int) -> [String: String] = { port in
            ["OBJECT_STORE_URL": "s3://bucket?endpoint=http://127.0.0.1:\(port)&region=us-east-1&\(Bucket.smallParts)"]
        }
        servers = [
            FaultServer(name: "store", port: Int(server.port), variables: store),
            FaultServer(name: "database", port: Int(database.server.port)) { port in
                let user = PostgreSQLServer.user
                return [
                    "DATABASE_URL":
                        "postgres://\(user)@127.0.0.1:\(port)/\(name)?sslmode=disable&gssencmode=disable"
                ]
            },
        ]
        variables = keys.merging(store(Int(server.port))) { $1 }.merging([
            "DATABASE_URL": "postgres://\(PostgreSQLServer.user)@:\(database.server.port)/\(name)?host=\(folder)"
        ]) { $1 }
    }

    func upload(_ bytes: [UInt8], as name: String, org: String) { server.put("\(org)/uploads/\(name)", bytes) }

    func removeUpload(_ name: String, org: String) { server.remove("\(org)/uploads/\(name)") }

    func place(org: String, job: String) throws -> InvariantChecker.Place {
        let root = "\(org)/\(job)"
        for prefix in ["\(org)/jobs/\(job)/", "\(org)/audit/"] {
            _ = try Tool.run("rm", ["-rf", "\(copy.path)/\(root)/\(prefix)"])
            for key in server.keys(prefix: prefix) {
                let path = root + "/" + key
                try copy.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
                try copy.write(server.object(key)?.bytes ?? [], to: path)
            }
        }
        return InvariantChecker.Place(
            store: copy.path + "/" + root, database: database.server.socketURL(database: database.database),
            orgId: org, jobId: job)
    }

    func leftovers(org: String, job: String) -> [String] { server.openUploads(prefix: "\(org)/jobs/\(job)/") }

    func sql(_ statements: String) throws -> String { try database.sql(statements) }
}

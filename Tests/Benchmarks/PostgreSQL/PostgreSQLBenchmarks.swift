import TestSupport

/// Whole exports from and imports into PostgreSQL: this project beside `psql`, DuckDB and sling.
///
/// Everything runs on one machine: the server, the client, and `rclone serve s3` where the target is a bucket. The
/// peers come with `container/benchmark-peers`, the bucket and its clients with `container/s3-servers`. They check
/// nothing; this project checks every value, computes SHA-256 and keeps a manifest.
enum PostgreSQLBenchmarks {
    static func run(_ arguments: ArraySlice<String>) throws {
        let options = try PostgreSQLOptions(arguments)
        let settings = ["shared_buffers": "1GB", "max_wal_size": "8GB", "timezone": "UTC"]
        let server = try PostgreSQLServer(settings: settings, durable: true)
        print(try server.psql("SELECT version()"))
        let listed = settings.map { "\($0.key) = \($0.value)" }.sorted().joined(separator: ", ")
        print("settings: fsync = \(try server.psql("SHOW fsync")), \(listed), otherwise default")
        let folder = try TemporaryFolder(prefix: "bench")
        let bench = PostgreSQLBench(
            server: server, folder: folder, options: options,
            address: options.overTCP ? server.url() : server.socketURL())
        print("connections: \(bench.address)")
        let data = PostgreSQLData(server: server)
        try data.makeTables()
        if !options.parts.isDisjoint(with: [.exportFile, .exportS3]) {
            print(try data.fillEvents(options.events))
            let contests = ExportContests(bench: bench)
            if options.parts.contains(.exportFile) { try contests.toFile() }
            if options.parts.contains(.exportS3) { try contests.toBucket() }
            try server.psql("TRUNCATE events; CHECKPOINT")
        }
        if !options.parts.isDisjoint(with: [.import, .duplicates, .dryRun]) {
            print(try data.writeProfiles(options.profiles, to: folder.path + "/profiles.csv"))
            let contests = ImportContests(bench: bench)
            if options.parts.contains(.import) { try contests.intoEmptyTable() }
            if options.parts.contains(.duplicates) { try contests.ofDuplicates() }
            if options.parts.contains(.dryRun) { try contests.ofDryRuns() }
        }
    }
}

/// What all contests of a run share.
struct PostgreSQLBench {
    let server: PostgreSQLServer
    /// The programs run in it.
    let folder: TemporaryFolder
    let options: PostgreSQLOptions
    /// The address of the database for all of them.
    let address: String
}

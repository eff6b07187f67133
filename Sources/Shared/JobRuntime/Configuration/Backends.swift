package import JobCore
package import ObjectStorage
internal import PostgreSQL
internal import SQLite

/// The database and the object store of a job.
///
/// With `StoreBackend`, the only place that names a concrete one.
package struct Backends: Sendable {
    package let database: any Database
    package let store: any ObjectStore
    package let catalogue: Catalogue
    /// Both are on this machine and belong to the user who runs the job.
    package let isLocal: Bool
    /// Signs what others must be able to trust: the audit log, notifications.
    package let signingKey: SigningKey?

    /// Turns the configuration into a database and a store.
    ///
    /// With nothing configured a first run creates the demo organisation.
    /// Throws `configuration_invalid`, `store_missing` and what the database reports.
    package static func open(
        _ environment: JobEnvironment, log: JobLog, jobId: String? = nil, isPatient: Bool = true
    ) async throws -> Backends {
        let signingKey = try environment.checkedSigningKey()
        let catalogue = try CatalogueFile.load(environment.catalogueFile)
        let database = try database(environment, jobId: jobId)
        let store = try StoreBackend.open(environment, log: log, isPatient: isPatient)
        if environment.usesDefaultDatabase, await !database.exists() {
            let path = BackendURL.split(environment.databaseURL).rest
            try FileLayout.createFolder(of: path)
            if environment.catalogueFile == nil { try await createDemo(at: path, catalogue, log) }
        }
        return Backends(
            database: database, store: store, catalogue: catalogue,
            isLocal: database is SQLiteDatabase && store is LocalStore, signingKey: signingKey)
    }

    /// Builds the demo database beside its place and links it there whole, so that a killed first run leaves nothing
    /// half-filled and of two first runs one wins.
    private static func createDemo(at path: String, _ catalogue: Catalogue, _ log: JobLog) async throws {
        FileLayout.removeAbandonedDrafts(of: path)
        let draft = FileLayout.draftName(of: path)
        defer { FileLayout.remove(draft) }
        let database = SQLiteDatabase(path: draft)
        _ = try await database.migrate(catalogue)
        let rows = try await DemoData.fill(database, catalogue)
        if try FileLayout.publish(draft, as: path) {
            log.info("first run: created \(path) with \(rows) rows of the demo organisation org_demo")
        }
    }

    private static func database(_ environment: JobEnvironment, jobId: String?) throws -> any Database {
        let url = environment.databaseURL
        let (scheme, rest) = BackendURL.split(url)
        switch scheme {
        case "sqlite" where !rest.isEmpty: return SQLiteDatabase(path: rest)
        case "postgres", "postgresql":
            // Somebody waits for the answer of a command that is no job.
            let patience = try environment.databasePatience()
            return try PostgreSQLDatabase(url: url, jobId: jobId, patience: jobId == nil ? min(patience, 10) : patience)
        default:
            throw JobError(
                .configurationInvalid, "DATABASE_URL has an unsupported form",
                hint: "use postgres://USER@HOST/DATABASE or sqlite:PATH")
        }
    }
}

/// The parts of a URL that names a database or a store.
enum BackendURL {
    /// Scheme and what follows the colon; `file:///a` and `file:/a` are the same path.
    static func split(_ url: String) -> (scheme: String, rest: String) {
        guard let colon = url.firstIndex(of: ":") else { return ("", url) }
        var rest = url[url.index(after: colon)...]
        if rest.hasPrefix("///") { rest = rest.dropFirst(2) }
        return (String(url[..<colon]), String(rest))
    }
}

package import JobCore
package import ObjectStorage

/// The configuration of a process, read once: its variables, the catalogue that they name, and the log.
package struct Configuration: Sendable {
    package let environment: JobEnvironment
    package let catalogue: Catalogue
    package let log: JobLog
    let backends: Backends

    /// Reads the catalogue.
    ///
    /// Throws `catalogue_invalid` (78) and `file_unreadable` (66).
    package init(
        _ environment: JobEnvironment = .ofProcess, log: JobLog? = nil, backends: Backends = .builtIn
    ) throws {
        self.environment = environment
        self.backends = backends
        catalogue = try CatalogueFile.load(environment.catalogueFile)
        self.log = log ?? JobLog(level: environment.logLevel)
    }

    /// Database and store are both files of this machine, and belong to the user who runs the job.
    ///
    /// Throws `configuration_invalid` (78).
    var isLocal: Bool {
        get throws(JobError) {
            try backends.driver(of: environment.databaseURL).isEmbedded
                && BackendURL.split(environment.objectStoreURL).scheme == "file"
        }
    }

    /// Somebody must prove who asks for a job, or tries to.
    var asksForProof: Bool {
        environment.apiKey != nil || environment.specSignature != nil || (try? isLocal) != true
    }

    /// The database and the store that it names, opened: with nothing configured a first run creates the demo organisation.
    ///
    /// `jobId` names connections of a job; nobody waits for what is away unless it `isPatient`. Throws
    /// `configuration_invalid`, `store_missing` and what the database reports.
    package func open(jobId: String? = nil, isPatient: Bool = true) async throws -> Workplace {
        let signingKey = try environment.checkedSigningKey()
        let database = try backends.database(environment.databaseURL, environment, jobId: jobId)
        let store = try StoreBackend.open(environment, log: log, isPatient: isPatient)
        try await FirstRun.createDemo(self, database)
        return Workplace(
            configuration: self, database: database, store: store, isLocal: try isLocal,
            signingKey: signingKey)
    }
}

/// What everything in a process works with: its configuration, the database and the object store.
package struct Workplace: Sendable {
    private let configuration: Configuration
    package let database: any Database
    package let store: any ObjectStore
    /// As in the configuration.
    package let isLocal: Bool
    package private(set) var log: JobLog
    /// Signs what others must be able to trust: the audit log, notifications.
    package let signingKey: SigningKey?

    fileprivate init(
        configuration: Configuration, database: any Database, store: any ObjectStore, isLocal: Bool,
        signingKey: SigningKey?
    ) {
        self.configuration = configuration
        self.database = database
        self.store = store
        self.isLocal = isLocal
        self.signingKey = signingKey
        log = configuration.log
    }

    package var environment: JobEnvironment { configuration.environment }
    package var catalogue: Catalogue { configuration.catalogue }

    /// The jobs' own tables.
    package var records: JobRecords { JobRecords(database) }
    package var audit: AuditLog { AuditLog(self) }
    package var gate: Gate { Gate(self) }

    /// The same with fields on every line of the log.
    func logging(_ fields: [String: String]) -> Workplace {
        var place = self
        place.log = log.with(fields)
        return place
    }
}

package import JobCore

/// A PostgreSQL server (13 or newer) over libpq: the database of real installations.
package struct PostgreSQLDatabase: Database, RowSource, RowSink, RecordStore {
    private let settings: ConnectionSettings

    /// The database that a libpq URL names; nothing is connected yet.
    ///
    /// `jobId` becomes part of the `application_name`; a server that restarts is waited for so many seconds. Throws
    /// `configuration_invalid` (78).
    package init(url: String, jobId: String? = nil, patience: Double = 10) throws(JobError) {
        // The server keeps 63 bytes of the name.
        let name = jobId.map { "data-io:" + $0.prefix(55) } ?? "data-io"
        settings = try ConnectionSettings(url: url, applicationName: name, patience: patience)
    }

    package var description: String { settings.description }

    package var source: any RowSource { self }
    package var sink: (any RowSink)? { self }
    package var records: (any RecordStore)? { self }

    package var holdsSpecialValues: Bool { true }

    package var tellsAmount: Bool { true }

    package func openSnapshot() async throws -> any DatabaseSnapshot {
        let snapshot = PostgreSQLSnapshot(settings)
        try await snapshot.open()
        return snapshot
    }

    package func openLoader(_ request: LoadRequest) async throws -> any RowLoader {
        let loader = PostgreSQLLoader(settings, request: request)
        try await loader.open()
        return loader
    }

    package func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        try await Maintenance(settings).transact(access, work)
    }

    package func migrate(_ catalogue: Catalogue) async throws -> [String] {
        try await Maintenance(settings).migrate(TableDefinition.all(catalogue))
    }

    package func missingTables(_ catalogue: Catalogue) async throws -> [String] {
        try await Maintenance(settings).missing(TableDefinition.all(catalogue))
    }

    package func shortcomings(_ catalogue: Catalogue) async throws -> [TableShortcoming] {
        try await Maintenance(settings).shortcomings(TableNeed.all(catalogue))
    }

    package func advice() async throws -> [String] { try await Maintenance(settings).advice() }
}

/// A database as jobs see it: what it is, and what it can do for them.
///
/// One may have rows to export and take none, or keep no records of jobs: then it has no sink, or no record store.
package protocol Database: Sendable {
    /// What it is and where, without credentials.
    var description: String { get }

    /// Where exports read.
    var source: any RowSource { get }

    /// Where imports write; `nil` when it takes no rows.
    var sink: (any RowSink)? { get }

    /// Where jobs keep their own records; `nil` when it has no tables of theirs.
    var records: (any RecordStore)? { get }

    /// Creates what is missing of the catalogue's tables and the job tables. Returns the names of the tables it created.
    func migrate(_ catalogue: Catalogue) async throws -> [String]

    /// Tables of the catalogue and of the jobs that are missing; empty when the database is ready.
    func missingTables(_ catalogue: Catalogue) async throws -> [String]

    /// What is wrong with the tables that are there: columns and rights that jobs need and do not have.
    func shortcomings(_ catalogue: Catalogue) async throws -> [TableShortcoming]

    /// Whether the file or database exists at all.
    func exists() async -> Bool

    /// What a careful operator would change, one sentence each.
    func advice() async throws -> [String]
}

extension Database {
    package func shortcomings(_ catalogue: Catalogue) async throws -> [TableShortcoming] { [] }

    package func exists() async -> Bool { true }

    package func advice() async throws -> [String] { [] }

    /// Opens a view of the data that does not change while it is read.
    ///
    /// Throws `JobError`.
    package func openSnapshot() async throws -> any DatabaseSnapshot { try await source.openSnapshot() }

    /// Opens the loader of one import.
    ///
    /// Throws `JobError`.
    package func openLoader(_ request: LoadRequest) async throws -> any RowLoader {
        guard let sink else { throw takesNothing("rows") }
        return try await sink.openLoader(request)
    }

    /// Runs a few statements on the jobs' own tables in one transaction.
    ///
    /// Throws what `RecordStore.transact` throws; a database without them takes no writes, and has none to read.
    package func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        if let records { return try await records.transact(access, work) }
        if access != .reading { throw takesNothing("records of jobs") }
        throw JobError(.databaseStatement, "\(description): it has no tables of jobs")
    }

    private func takesNothing(_ what: String) -> JobError {
        JobError(.databaseReadOnly, "\(description): it takes no \(what)")
    }
}

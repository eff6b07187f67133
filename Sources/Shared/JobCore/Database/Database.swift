/// A database as jobs see it: consistent reads for exports, checkpointed loads for imports.
package protocol Database: Sendable {
    /// What it is and where, without credentials.
    var description: String { get }

    /// Whether it can hold instants outside the years 1 to 9999, infinities and what is not a number.
    var holdsSpecialValues: Bool { get }

    /// Whether its json columns hold text as somebody wrote it, not only values in canonical form.
    var keepsJSONAsWritten: Bool { get }

    /// Whether a reader tells by itself how much there is; otherwise the rows are counted beside it.
    var tellsAmount: Bool { get }

    /// Opens a view of the data that does not change while it is read. Throws `JobError`.
    func openSnapshot() async throws -> any DatabaseSnapshot

    /// Opens the loader of one import. Throws `JobError`.
    func openLoader(_ plan: LoadPlan) async throws -> any RowLoader

    /// Runs a few statements on the jobs' own tables in one transaction; nothing stays of one that fails.
    ///
    /// Throws what `work` throws, `database_busy` when other writers keep it out, `database_read_only` or
    /// `database_file_read_only` when it cannot be written at all, and `database_statement` when a table is missing.
    func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value

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
    package var holdsSpecialValues: Bool { false }

    package var keepsJSONAsWritten: Bool { false }

    package var tellsAmount: Bool { false }

    package func shortcomings(_ catalogue: Catalogue) async throws -> [TableShortcoming] { [] }

    package func advice() async throws -> [String] { [] }
}

/// One consistent view.
///
/// Closed once, by its owner.
package protocol DatabaseSnapshot: Sendable {
    /// Rows the query would read, or about so many.
    func count(_ query: RowQuery) async throws -> Int

    /// Sends the rows of the query in its order, as canonical text, then finishes the channel.
    ///
    /// Tells `progress` what it knows about the amount.
    func read(
        _ query: RowQuery, into channel: BoundedChannel<RowBatch>, pool: Pool<RowBatch>, progress: ReadProgress
    ) async throws

    /// Ends the view.
    func close() async
}

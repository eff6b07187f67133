internal import Glibc
package import JobCore

/// SQLite in one file (`sqlite:PATH`): the embedded default, and the database of small installations.
package struct SQLiteDatabase: Database, RowSource, RowSink, RecordStore {
    private let path: String

    /// The database in that file.
    ///
    /// Nothing is opened yet.
    package init(path: String) { self.path = path }

    package var description: String { "sqlite:\(path)" }

    package var source: any RowSource { self }
    package var sink: (any RowSink)? { self }
    package var records: (any RecordStore)? { self }

    package var keepsJSONAsWritten: Bool { true }

    package func exists() async -> Bool { unsafe access(path, F_OK) == 0 }

    package func openSnapshot() async throws -> any DatabaseSnapshot {
        let snapshot = SQLiteSnapshot(path: path)
        try await snapshot.open()
        return snapshot
    }

    package func openLoader(_ request: LoadRequest) async throws -> any RowLoader {
        let loader = SQLiteLoader(path: path, request: request)
        try await loader.open()
        return loader
    }

    package func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        try await SQLiteRecords().transact(path: path, access, work)
    }

    package func migrate(_ catalogue: Catalogue) async throws -> [String] {
        try await SQLiteMaintenance().migrate(path: path, tables: TableDefinition.all(catalogue))
    }

    package func missingTables(_ catalogue: Catalogue) async throws -> [String] {
        try await SQLiteMaintenance().missing(path: path, tables: TableDefinition.all(catalogue))
    }

    package func shortcomings(_ catalogue: Catalogue) async throws -> [TableShortcoming] {
        try await SQLiteMaintenance().shortcomings(path: path, TableNeed.all(catalogue))
    }
}

/// Creates and looks at tables, on a thread of its own.
actor SQLiteMaintenance {
    private let executor = BlockingExecutor(label: "sqlite-maintenance")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Creates what is missing in one transaction; returns the names of the new tables.
    func migrate(path: String, tables: [TableDefinition]) throws -> [String] {
        let connection = try Connection(path: path, access: .create)
        // Takes effect only in a new file: fewer, larger reads for scans of whole tables.
        try connection.execute("PRAGMA page_size = 8192")
        // Readers and one writer do not wait for each other (https://www.sqlite.org/wal.html).
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("BEGIN IMMEDIATE")
        let missing = try Self.missing(connection, tables)
        for table in tables where missing.contains(table.name) {
            for statement in SQLiteDialect().createStatements(table) { try connection.execute(statement) }
        }
        try connection.execute("COMMIT")
        return missing
    }

    /// Names of tables that are not there.
    func missing(path: String, tables: [TableDefinition]) throws -> [String] {
        try Self.missing(Connection(path: path, access: .readOnly), tables)
    }

    /// Columns that tables which are there have not.
    func shortcomings(path: String, _ needs: [TableNeed]) throws -> [TableShortcoming] {
        let connection = try Connection(path: path, access: .readOnly)
        return try needs.compactMap { need in
            let statement = try connection.prepare(
                SQLStatement("SELECT name FROM pragma_table_info(?1)", values: [.text(need.table)]))
            var found: Set<String> = []
            // Names of columns differ by more than the case of their letters.
            while try statement.step() { found.insert(statement.text(0).lowercased()) }
            if found.isEmpty { return nil }
            return TableShortcoming(
                table: need.table, columns: need.columns.filter { !found.contains($0.lowercased()) })
        }
    }

    private static func missing(_ connection: Connection, _ tables: [TableDefinition]) throws -> [String] {
        let find = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?1"
        return try tables.map(\.name).filter { name in
            try connection.integer(SQLStatement(find, values: [.text(name)])) == nil
        }
    }
}

import JobCore
import Synchronization

/// A database of rows in memory, as canonical text by the names of columns.
final class ToyDatabase: Database, RowSource, RowSink, RecordStore {
    typealias Row = [String: String]

    /// The tables by name, each with its rows in the order of their key.
    struct Tables: Sendable {
        var rows: [String: [Row]] = [:]

        func rows(of table: String) throws -> [Row] {
            guard let rows = rows[table] else { throw ToyDatabase.missing(table) }
            return rows
        }
    }

    let description = "toy"
    let tables = Mutex(Tables())
    /// How many more times the connection is lost when rejects are asked for.
    let losses = Mutex(0)

    var source: any RowSource { self }
    var sink: (any RowSink)? { self }
    var records: (any RecordStore)? { self }
    let keepsJSONAsWritten = true

    static func missing(_ table: String) -> JobError {
        JobError(.databaseStatement, "toy: there is no table \(table)")
    }

    func openSnapshot() async throws -> any DatabaseSnapshot { ToySnapshot(tables: tables.withLock { $0 }) }

    func openLoader(_ request: LoadRequest) async throws -> any RowLoader { ToyLoader(self, request) }

    func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        try change { session in
            session.isReadOnly = access == .reading
            return try work(session)
        }
    }

    /// Does something with the tables alone, as a whole or not at all.
    func change<Value: Sendable>(_ work: (ToyRecords) throws -> Value) throws -> Value {
        let result = tables.withLock { tables -> Result<Value, any Error> in
            let session = ToyRecords(tables)
            return Result {
                let value = try work(session)
                tables = session.tables
                return value
            }
        }
        return try result.get()
    }

    func migrate(_ catalogue: Catalogue) async throws -> [String] {
        let missing = try await missingTables(catalogue)
        tables.withLock { tables in
            for name in missing { tables.rows[name] = [] }
        }
        return missing
    }

    func missingTables(_ catalogue: Catalogue) async throws -> [String] {
        tables.withLock { tables in
            TableDefinition.all(catalogue).map(\.name).filter { tables.rows[$0] == nil }
        }
    }
}

/// The same, but one that only has rows to export.
struct ToySource: Database {
    let toy: ToyDatabase
    let description = "toy source"

    var source: any RowSource { toy }
    var sink: (any RowSink)? { nil }
    var records: (any RecordStore)? { nil }

    func migrate(_ catalogue: Catalogue) async throws -> [String] { [] }
    func missingTables(_ catalogue: Catalogue) async throws -> [String] { [] }
}

internal import JobCore

actor PostgreSQLLoader: RowLoader {
    init(_ settings: ConnectionSettings, plan: LoadPlan) {}
    func open() async throws {}
    func begin(columns: [Column]) async throws -> LoadCheckpoint? { nil }
    func load(_ rows: RowBatch) async throws -> [RowVerdict] { [] }
    func commit(_ checkpoint: LoadCheckpoint, rejects: [RejectRecord]) async throws {}
    func rejects(after record: Int, limit: Int) async throws -> [RejectRecord] { [] }
    func rejectCounts() async throws -> [String: Int] { [:] }
    func discardRejects() async throws {}
    func close() async {}
}

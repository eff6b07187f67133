internal import FoundationEssentials
internal import JobCore

/// Loads one import, each chunk and its checkpoint in one transaction, and two chunks at once where rows of different
/// keys cannot meet.
///
/// Of two chunks that are under way the later one never touches a key of the earlier one before that is committed: the
/// server would make one wait for the other, and the other waits for its turn.
actor PostgreSQLLoader: RowLoader {
    private static let maximumLanes = 2

    private let lanesOpen: [LoadLane]
    private var columns: [Column] = []
    private var keys: RowKeys
    private let request: LoadRequest
    private var mayUseSeveral = false
    private var isClosed = false
    private var abandoned: [String] = []
    private var tableNotes: [Note] = []
    /// Hashes of the keys of each lane's chunk, until it is committed.
    private var keysUnderWay: [Set<UInt64>]

    init(_ settings: ConnectionSettings, request: LoadRequest) {
        self.request = request
        let count = min(Self.maximumLanes, ProcessInfo.processInfo.activeProcessorCount)
        lanesOpen = (0..<max(1, count)).map { _ in LoadLane(settings, request: request) }
        keysUnderWay = Array(repeating: [], count: lanesOpen.count)
        keys = RowKeys([], [])
    }

    /// Connects the first lane.
    func open() async throws { try await lanesOpen[0].open() }

    func begin(columns: [Column]) async throws -> LoadCheckpoint? {
        self.columns = columns
        keys = RowKeys(request.resource.key, columns)
        let beginning = try await lanesOpen[0].takeOver(columns)
        mayUseSeveral = beginning.mayBeOneOfSeveral
        abandoned = beginning.abandonedJobs
        tableNotes = beginning.notes
        return beginning.checkpoint
    }

    func lanes() async -> Int { mayUseSeveral ? lanesOpen.count : 1 }

    func load(_ chunk: [RowBatch], lane: Int, turn: LoadTurn) async throws -> [LoadOutcome] {
        if isClosed { throw JobError(.internalError, "the loader is closed") }
        try LoadColumns(columns).check(chunk)
        if !mayUseSeveral {
            try await turn.wait()
            return try await lanesOpen[0].load(chunk, rows: chunk.map { Array(0..<$0.rowCount) })
        }
        let (free, bound) = separate(chunk, lane)
        try await lanesOpen[lane].join(columns)
        var outcomes = try await lanesOpen[lane].load(chunk, rows: free)
        if bound.contains(where: { !$0.isEmpty }) {
            try await turn.wait()
            let rest = try await lanesOpen[lane].load(chunk, rows: bound)
            for (index, outcome) in rest.enumerated() { outcomes[index].add(outcome) }
        }
        return outcomes
    }

    /// The rows of each batch that can be loaded at once, and those whose key is under way in another lane.
    private func separate(_ chunk: [RowBatch], _ lane: Int) -> (free: [[Int]], bound: [[Int]]) {
        var free: [[Int]] = []
        var bound: [[Int]] = []
        var own: Set<UInt64> = []
        let others = keysUnderWay.indices.filter { $0 != lane && !keysUnderWay[$0].isEmpty }
        for batch in chunk {
            var freeRows: [Int] = []
            var boundRows: [Int] = []
            for row in 0..<batch.rowCount {
                let hash = keys.hash(batch, row)
                own.insert(hash)
                let isBound = others.contains { keysUnderWay[$0].contains(hash) }
                if isBound { boundRows.append(row) } else { freeRows.append(row) }
            }
            free.append(freeRows)
            bound.append(boundRows)
        }
        keysUnderWay[lane] = own
        return (free, bound)
    }

    func commit(_ checkpoint: LoadCheckpoint, rejects: RejectPart?, lane: Int) async throws {
        if mayUseSeveral { try await lanesOpen[lane].join(columns) }
        try await lanesOpen[lane].commit(checkpoint, rejects: rejects)
        keysUnderWay[lane] = []
    }

    func rollBack(lane: Int) async throws {
        try await lanesOpen[lane].rollBack()
        keysUnderWay[lane] = []
    }

    func rejects(after record: Int, limit: Int) async throws -> [KeptReject] {
        try await lanesOpen[0].withLedger("read rejects") { try $0.rejects(after: record, limit: limit, $1) }
    }

    func rejectUsage() async throws -> RejectUsage {
        try await lanesOpen[0].withLedger("read rejects") { try $0.rejectUsage($1) }
    }

    func discardRejects() async throws {
        try await lanesOpen[0].withLedger("discard rejects") { try $0.discardRejects($1) }
    }

    func abandonedJobs() async -> [String] { abandoned }

    func notes() async -> [Note] { tableNotes }

    func discardRejects(ofAbandoned jobId: String) async throws {
        let lock = LedgerKey(orgId: request.orgId, jobId: jobId).lock
        try await lanesOpen[0].withLedger("discard rejects", lock: lock) {
            try $0.discardRejects(ofAbandoned: jobId, $1)
        }
    }

    func close() async {
        isClosed = true
        for lane in lanesOpen { await lane.close() }
    }
}

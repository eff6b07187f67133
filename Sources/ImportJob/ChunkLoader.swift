internal import JobCore
internal import JobRuntime

/// Gathers batches into chunks and loads them, as many at once as the database has lanes; commits them in order.
///
/// Used by one task.
final class ChunkLoader {
    /// Records in one transaction: enough to make commits cheap, few enough to lose little by a crash.
    private static let records = 20_000
    /// Bytes of rows in one transaction; where nothing is written, waiting for more gains nothing.
    private let bytes: Int

    private typealias Loaded = (number: Int, outcomes: [LoadOutcome])

    private struct Chunk {
        let number: Int
        let batches: [CheckedBatch]
        let turn: LoadTurn
    }

    private let load: ImportLoad
    private let loader: any RowLoader
    private let meter: ProgressMeter
    private let giveBack: (CheckedBatch) -> Void

    private var gathered: [CheckedBatch] = []
    private var gatheredRecords = 0
    private var gatheredBytes = 0
    /// Chunks that are not committed, oldest first.
    private var underWay: [Chunk] = []
    private var outcomes: [Int: [LoadOutcome]] = [:]
    private var nextNumber = 0
    private var lanes = 1

    /// `giveBack` gets each batch that is of no more use.
    init(
        _ load: ImportLoad, _ loader: any RowLoader, _ meter: ProgressMeter, isDryRun: Bool,
        giveBack: @escaping (CheckedBatch) -> Void
    ) {
        self.load = load
        self.loader = loader
        self.meter = meter
        self.giveBack = giveBack
        bytes = isDryRun ? 1 << 19 : 6 << 20
    }

    /// Loads and commits all rows, or those up to the limit of rejected rows.
    func run(_ rows: BoundedChannel<CheckedBatch>) async throws {
        try await withThrowingTaskGroup(of: Loaded.self) { group in
            defer { group.cancelAll() }
            while !load.isOver, let batch = try await rows.receive() { try await add(batch, &group) }
            if !load.isOver { try await start(&group) }
            while !load.isOver, !underWay.isEmpty { try await settleOldest(&group) }
            try await abandon(&group)
        }
    }

    /// Undoes the chunks behind the one that passed the limit.
    private func abandon(_ group: inout ThrowingTaskGroup<Loaded, any Error>) async throws {
        if underWay.isEmpty { return }
        for chunk in underWay { chunk.turn.pass() }
        while await group.nextResult() != nil {}
        for chunk in underWay { try await loader.rollBack(lane: chunk.number % lanes) }
    }

    private func add(_ batch: CheckedBatch, _ group: inout ThrowingTaskGroup<Loaded, any Error>) async throws {
        let isFirst = nextNumber == 0 && gathered.isEmpty
        try await load.adopt(batch)
        if isFirst { lanes = await loader.lanes() }
        guard let rest = load.remainder(batch) else {
            giveBack(batch)
            return
        }
        gathered.append(rest)
        gatheredRecords += rest.records
        // A few bytes of a source can become many.
        gatheredBytes += max(rest.source.rows.byteCount, rest.mapped.byteCount)
        if gatheredRecords >= Self.records || gatheredBytes >= bytes || rest.source.isHeavy {
            try await start(&group)
        }
        // Nothing comes behind a large one until it is loaded.
        while rest.source.isHeavy, !load.isOver, !underWay.isEmpty { try await settleOldest(&group) }
    }

    /// Starts to load what was gathered, once a lane is free.
    private func start(_ group: inout ThrowingTaskGroup<Loaded, any Error>) async throws {
        if gathered.isEmpty { return }
        while underWay.count >= lanes { try await settleOldest(&group) }
        if load.isOver { return }
        let chunk = Chunk(number: nextNumber, batches: gathered, turn: LoadTurn())
        nextNumber += 1
        gathered = []
        gatheredRecords = 0
        gatheredBytes = 0
        if underWay.isEmpty { chunk.turn.pass() }
        underWay.append(chunk)
        let mapped = chunk.batches.map(\.mapped)
        let lane = chunk.number % lanes
        group.addTask { [loader, meter] in
            let start = WallClock.monotonic()
            let outcomes = try await loader.load(mapped, lane: lane, turn: chunk.turn)
            meter.addTime("load", since: start)
            return (chunk.number, outcomes)
        }
    }

    /// Waits for the oldest chunk and commits it; then it is the next one's turn.
    private func settleOldest(_ group: inout ThrowingTaskGroup<Loaded, any Error>) async throws {
        let chunk = underWay[0]
        while outcomes[chunk.number] == nil {
            guard let loaded = try await group.next() else { throw CancellationError() }
            outcomes[loaded.number] = loaded.outcomes
        }
        try await load.settle(
            chunk.batches, outcomes.removeValue(forKey: chunk.number) ?? [], lane: chunk.number % lanes)
        underWay.removeFirst()
        underWay.first?.turn.pass()
        chunk.batches.forEach(giveBack)
    }
}

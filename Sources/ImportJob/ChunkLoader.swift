internal import JobCore
internal import JobRuntime

/// Gathers batches into chunks and loads them, as many at once as the database has lanes; commits them in order.
///
/// A chunk is loaded when all its rows are there, and committed as soon as they are loaded: while the source is waited
/// for, no transaction is open. Used by one task.
final class ChunkLoader {
    /// Records in one transaction: enough to make commits cheap, few enough to lose little by a crash.
    private static let records = 20_000
    /// Bytes of rows in one transaction; where nothing is written, waiting for more gains nothing.
    private let bytes: Int

    /// What is waited for: rows of the source, and chunks that are being loaded.
    private enum Event: Sendable {
        case received(CheckedBatch?)
        case loaded(number: Int, LoadedChunk)
    }

    private typealias Events = ThrowingTaskGroup<Event, any Error>

    private struct Chunk {
        let number: Int
        var batches: [CheckedBatch]
        let turn: LoadTurn

        var records: Int { batches.reduce(0) { $0 + $1.records } }
    }

    private let load: ImportLoad
    private let loader: any RowLoader
    private let meter: ProgressMeter
    private let isDryRun: Bool
    private let giveBack: (CheckedBatch) -> Void
    private let endHeavy: () -> Void

    private var gathered: [CheckedBatch] = []
    private var gatheredRecords = 0
    private var gatheredBytes = 0
    /// Chunks that are not committed, oldest first.
    private var underWay: [Chunk] = []
    private var loaded: [Int: LoadedChunk] = [:]
    private var nextNumber = 0
    private var lanes = 1
    private var isReceiving = false
    private var isAtEnd = false
    /// A large batch is gathered or under way: nothing comes behind it until it is loaded.
    private var isHeavy = false

    /// `giveBack` gets each batch that is of no more use; `endHeavy` is called when nothing is left of a large one.
    init(
        _ load: ImportLoad, _ loader: any RowLoader, _ meter: ProgressMeter, isDryRun: Bool,
        giveBack: @escaping (CheckedBatch) -> Void, endHeavy: @escaping () -> Void
    ) {
        self.load = load
        self.loader = loader
        self.meter = meter
        self.giveBack = giveBack
        self.endHeavy = endHeavy
        self.isDryRun = isDryRun
        bytes = isDryRun ? 1 << 20 : 6 << 20
    }

    /// Loads and commits all rows, or those up to the limit of rejected rows.
    func run(_ rows: BoundedChannel<CheckedBatch>) async throws {
        try await withThrowingTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            while !load.isOver {
                await start(&group)
                receive(rows, &group)
                guard isReceiving || !underWay.isEmpty, let event = try await group.next() else { return }
                switch event {
                case .received(let batch?):
                    isReceiving = false
                    try await add(batch)
                case .received(nil):
                    isReceiving = false
                    isAtEnd = true
                case .loaded(let number, let chunk):
                    loaded[number] = chunk
                    try await settle()
                }
            }
            // Nobody wants the rest.
            rows.cancel()
            try await abandon(&group)
        }
    }

    /// Counts the rows of the oldest chunk and gives its batches back, before what is refused is stored.
    ///
    /// A row may have 64 MiB. Returns whether there was a large one.
    private func count(_ done: LoadedChunk) async throws -> Bool {
        var isHeavy = false
        for (index, outcome) in done.outcomes.enumerated() {
            var batch = underWay[0].batches[index]
            underWay[0].batches[index] = CheckedBatch(
                SourceBatch(), mapping: batch.mapping, mapped: RowBatch(columnCount: 0))
            try await batch.takeBack(for: outcome)
            load.settle(
                batch, outcome, known: done.known.isEmpty ? nil : done.known[index],
                isLast: index == done.outcomes.count - 1)
            isHeavy = isHeavy || batch.source.isHeavy
            giveBack(batch)
        }
        return isHeavy
    }

    /// Undoes the chunks behind the one that passed the limit.
    private func abandon(_ group: inout Events) async throws {
        for chunk in underWay { chunk.turn.pass() }
        while await group.nextResult() != nil {}
        for chunk in underWay { try await loader.rollBack(lane: chunk.number % lanes) }
    }

    private func add(_ batch: CheckedBatch) async throws {
        let isFirst = nextNumber == 0 && gathered.isEmpty
        try await load.adopt(batch)
        if isFirst { lanes = await loader.lanes() }
        guard let rest = load.remainder(batch) else {
            giveBack(batch)
            if batch.source.isHeavy { endHeavy() }
            return
        }
        gathered.append(rest)
        gatheredRecords += rest.records
        // A few bytes of a source can become many, and rows without a byte have cells.
        gatheredBytes += max(
            rest.source.rows.byteCount, rest.mapped.byteCount, rest.source.rows.ends.count, rest.mapped.ends.count)
        if rest.source.isHeavy { isHeavy = true }
    }

    private var isFull: Bool { gatheredRecords >= Self.records || gatheredBytes >= bytes || isHeavy }

    /// Waits for the next batch, unless a whole chunk waits for a lane.
    private func receive(_ rows: BoundedChannel<CheckedBatch>, _ group: inout Events) {
        if isReceiving || isAtEnd || isFull { return }
        isReceiving = true
        group.addTask { .received(try await rows.receive()) }
    }

    /// Starts to load what was gathered, once it is a chunk and a lane is free.
    private func start(_ group: inout Events) async {
        guard isFull || isAtEnd, !gathered.isEmpty, underWay.count < lanes else { return }
        let isLarge = isHeavy
        if isLarge && !isDryRun { await setAside() }
        let chunk = Chunk(number: nextNumber, batches: gathered, turn: LoadTurn())
        nextNumber += 1
        gathered = []
        gatheredRecords = 0
        gatheredBytes = 0
        if underWay.isEmpty { chunk.turn.pass() }
        // Of a large row one more copy would be too many.
        let known = isLarge ? [] : load.knownRejects(chunk.batches, behind: underWay.reduce(0) { $0 + $1.records })
        underWay.append(chunk)
        let mapped = chunk.batches.map(\.mapped)
        let lane = chunk.number % lanes
        group.addTask { [loader, meter, rejects = load.rejects] in
            // Stored while the rows are loaded.
            async let part = rejects.keep(known.flatMap(\.self), mustStay: true)
            let start = WallClock.monotonic()
            let outcomes = try await loader.load(mapped, lane: lane, turn: chunk.turn)
            meter.addTime("load", since: start)
            let done = LoadedChunk(outcomes: outcomes, known: known, part: try await part)
            return .loaded(number: chunk.number, done)
        }
    }

    private func setAside() async {
        for index in gathered.indices {
            var batch = gathered[index]
            gathered[index].source.rows.bytes = []
            await batch.setAside()
            gathered[index] = batch
        }
    }

    /// Commits the chunks that are loaded, in their order; each time it is the next one's turn.
    private func settle() async throws {
        while !load.isOver, let number = underWay.first?.number, let done = loaded.removeValue(forKey: number) {
            let isHeavy = try await count(done)
            try await load.commit(stored: done.part, lane: number % lanes)
            underWay.removeFirst()
            underWay.first?.turn.pass()
            if isHeavy { endHeavy() }
        }
        if underWay.isEmpty && gathered.isEmpty { isHeavy = false }
    }
}

/// What became of a chunk.
struct LoadedChunk: Sendable {
    /// Of the good rows of each batch.
    var outcomes: [LoadOutcome]
    /// The rejects of each batch that were known before its rows were loaded; empty when nobody looked.
    var known: [[RejectRecord]]
    /// Where these were stored in the meantime.
    var part: RejectPart?
}

internal import Formats
internal import JobCore
internal import JobRuntime

/// A batch of source rows beside what the mapping made of it.
struct CheckedBatch: Sendable {
    var source: SourceBatch
    /// How the rows were mapped.
    var plan: MappingPlan
    /// The good rows, as canonical text.
    var mapped: RowBatch
    /// For each good row its place in `source`.
    var sources: [Int] = []
    var problems: [CellProblem] = []

    init(_ source: SourceBatch, plan: MappingPlan, mapped: RowBatch) {
        self.source = source
        self.plan = plan
        self.mapped = mapped
    }

    /// Records of the source in it, good or bad.
    var records: Int { source.rows.rowCount + source.defects.count }

    /// Maps and checks the rows.
    mutating func check() {
        plan.canonicaliser.map(source.rows, into: &mapped, sources: &sources, problems: &problems)
    }

    /// Forgets the first records of the source.
    mutating func drop(records count: Int) {
        source = source.dropping(records: count)
        check()
    }
}

/// Maps and checks batches, several at once, while earlier ones are loaded; they leave in the order of the source.
///
/// Used by one task.
final class ImportChecker {
    /// Batches that are checked at once: as many as there are processors to do it on.
    private static let width = 2

    private typealias Checks = ThrowingTaskGroup<(number: Int, batch: CheckedBatch), any Error>

    private let spec: ImportSpec
    private let context: JobContext
    private let pool: Pool<RowBatch>
    private var columns: [String] = []
    private var plan: MappingPlan?
    /// Settled by the first batch, also for objects that bring more members later.
    private var preset: Preset?
    private var started = 0
    private var sent = 0
    /// Checked before one that comes ahead of them.
    private var early: [Int: CheckedBatch] = [:]

    init(spec: ImportSpec, context: JobContext, pool: Pool<RowBatch>) {
        self.spec = spec
        self.context = context
        self.pool = pool
    }

    /// Maps and checks all batches of a channel, then finishes the other one.
    ///
    /// Throws what is wrong with the mapping as a whole.
    func run(_ rows: BoundedChannel<SourceBatch>, into checked: BoundedChannel<CheckedBatch>) async throws {
        try await withThrowingTaskGroup(of: (number: Int, batch: CheckedBatch).self) { group in
            while let batch = try await rows.receive() {
                try start(batch, &group)
                if started - sent >= Self.width { try await settle(&group, checked) }
            }
            while sent < started { try await settle(&group, checked) }
        }
        checked.finish()
    }

    private func start(_ batch: SourceBatch, _ group: inout Checks) throws(JobError) {
        let draft = CheckedBatch(batch, plan: try adopt(batch), mapped: RowBatch(columnCount: 0))
        let number = started
        started += 1
        group.addTask { [pool, meter = context.meter] in
            let start = WallClock.monotonic()
            var batch = draft
            // Here, so that nobody else holds the storage it is written to.
            batch.mapped = pool.take()
            batch.check()
            meter.addTime("check", since: start)
            return (number, batch)
        }
    }

    /// Waits for one batch, and sends those whose turn it is.
    private func settle(_ group: inout Checks, _ checked: BoundedChannel<CheckedBatch>) async throws {
        guard let done = try await group.next() else { throw CancellationError() }
        early[done.number] = done.batch
        while let batch = early.removeValue(forKey: sent) {
            sent += 1
            try await checked.send(batch)
        }
    }

    /// Takes note of the source's columns; a new one in a JSON source changes the mapping.
    private func adopt(_ batch: SourceBatch) throws(JobError) -> MappingPlan {
        if let plan, batch.columns == columns { return plan }
        columns = batch.columns
        if plan == nil { preset = spec.preset ?? (spec.recognisesPreset ? Preset.recognised(in: columns) : nil) }
        let next = try MappingPlan(
            spec: spec, columns: columns, isJSON: batch.isJSON, preset: preset,
            allowsSpecialValues: context.backends.database.holdsSpecialValues)
        if plan == nil {
            for name in next.unmapped { context.log.debug("source column without a target: \(name)") }
        }
        plan = next
        return next
    }
}

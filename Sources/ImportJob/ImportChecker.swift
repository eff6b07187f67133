internal import Formats
internal import JobCore
internal import JobRuntime

/// Maps and checks batches, several at once, while earlier ones are loaded; they leave in the order of the source.
///
/// Used by one task.
final class ImportChecker {
    /// Batches that are checked at once: as many as there are processors to do it on.
    private static let width = 2

    private typealias Checks = ThrowingTaskGroup<Checked, any Error>

    /// A batch, and the rows of its source that are for the next ones.
    private struct Checked: Sendable {
        let number: Int
        let batch: CheckedBatch
        let rest: SourceBatch?
    }

    private let spec: ImportSpec
    private let context: JobContext
    private let pool: Pool<RowBatch>
    private var columns: [String] = []
    private var mapping: ResolvedMapping?
    private var decimals = DecimalWatch()
    private var expansion = ExpansionWatch()
    private var hasNotedZones = false
    /// Settled by the first batch with a column, also for objects that bring more members later.
    private var preset: Preset?
    private var hasPreset = false
    private var started = 0
    private var sent = 0
    /// Checked before one that comes ahead of them.
    private var early: [Int: Checked] = [:]
    private var isJSON = false
    private var hasRows = false

    init(spec: ImportSpec, context: JobContext, pool: Pool<RowBatch>) {
        self.spec = spec
        self.context = context
        self.pool = pool
        preset = spec.preset
    }

    /// Maps and checks all batches of a channel, then finishes the other one.
    ///
    /// Throws what is wrong with the mapping as a whole.
    func run(_ rows: BoundedChannel<SourceBatch>, into checked: BoundedChannel<CheckedBatch>) async throws {
        try await withThrowingTaskGroup(of: Checked.self) { group in
            while let batch = try await rows.receive() {
                try start(batch, &group)
                // Nothing comes behind a large one until it is loaded.
                let most = batch.isHeavy ? 0 : Self.width - 1
                while started - sent > most { try await settle(&group, checked) }
            }
            while sent < started { try await settle(&group, checked) }
        }
        try checkEnd()
        for note in AssumptionNotes.decimals(decimals.undecided) { context.notes.add(note) }
        checked.finish()
    }

    /// Throws what only the end of a source of objects shows: that none of them ever named its key.
    private func checkEnd() throws(JobError) {
        guard isJSON, hasRows, let mapping else { return }
        if let preset {
            _ = try preset.rules(for: columns, spec.common.resource, over: spec.mapping, isJSON: false)
        }
        try mapping.checkNeeded(spec.common.resource)
    }

    private func start(_ batch: SourceBatch, _ group: inout Checks) throws(JobError) {
        hasRows = hasRows || batch.rows.rowCount > 0
        let draft = CheckedBatch(batch, mapping: try adopt(batch), mapped: RowBatch(columnCount: 0))
        let number = started
        started += 1
        group.addTask { [pool, spec, meter = context.meter] in
            let start = WallClock.monotonic()
            var batch = draft
            // Here, so that nobody else holds the storage it is written to.
            batch.mapped = pool.take()
            let rest = batch.check()
            try batch.judge(spec)
            meter.addTime("check", since: start)
            return Checked(number: number, batch: batch, rest: rest)
        }
    }

    /// Waits for one batch, and sends those whose turn it is.
    private func settle(_ group: inout Checks, _ checked: BoundedChannel<CheckedBatch>) async throws {
        guard let done = try await group.next() else { throw CancellationError() }
        early[done.number] = done
        while let next = early.removeValue(forKey: sent) {
            sent += 1
            try look(next.batch)
            try await checked.send(next.batch)
            // One by one, as each is large.
            var rest = next.rest
            while let rows = rest {
                var batch = CheckedBatch(rows, mapping: next.batch.mapping, mapped: pool.take())
                rest = batch.check()
                try batch.judge(spec)
                try look(batch)
                try await checked.send(batch)
            }
        }
    }

    /// Looks at how the source writes numbers, and takes note of times without a zone in its first rows.
    ///
    /// Throws `format_ambiguous` and `limit_expansion` (65).
    private func look(_ batch: CheckedBatch) throws(JobError) {
        try expansion.add(batch)
        try decimals.look(batch.source, batch.mapping.sourceFields)
        if hasNotedZones || batch.source.rows.rowCount == 0 || spec.common.zone != nil { return }
        hasNotedZones = true
        for note in AssumptionNotes.zones(batch.mapping, batch.source) { context.notes.add(note) }
    }

    /// Takes note of the source's columns; a new one in a JSON source changes the mapping.
    private func adopt(_ batch: SourceBatch) throws(JobError) -> ResolvedMapping {
        if let mapping, batch.columns == columns { return mapping }
        columns = batch.columns
        isJSON = batch.isJSON
        if !hasPreset && (!columns.isEmpty || !isJSON) {
            hasPreset = true
            // By the first record alone: how many more are seen here depends on how the source comes.
            let opening = Array(columns.prefix(batch.openingColumns ?? columns.count))
            if preset == nil && spec.recognisesPreset { preset = Preset.recognised(in: opening) }
        }
        let next = try ResolvedMapping(
            spec: spec, columns: columns, isJSON: batch.isJSON, preset: preset,
            allowsSpecialValues: context.place.database.sink?.holdsSpecialValues ?? false)
        if let mapping, mapping.columns != next.columns {
            throw JobError(
                .internalError, "the fields of the import have changed on the way",
                hint: "report this defect")
        }
        if mapping == nil {
            for name in next.shownUnmapped { context.log.debug("source column without a target: \(name)") }
        }
        mapping = next
        return next
    }
}

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

/// Maps and checks batches, while earlier ones are loaded.
///
/// Used by one task.
final class ImportChecker {
    private let spec: ImportSpec
    private let context: JobContext
    private let pool: Pool<RowBatch>
    private var columns: [String] = []
    private var plan: MappingPlan?
    /// Settled by the first batch, also for objects that bring more members later.
    private var preset: Preset?

    init(spec: ImportSpec, context: JobContext, pool: Pool<RowBatch>) {
        self.spec = spec
        self.context = context
        self.pool = pool
    }

    /// Maps and checks the rows of a batch.
    ///
    /// Throws what is wrong with the mapping as a whole.
    func check(_ batch: SourceBatch) throws(JobError) -> CheckedBatch {
        let start = WallClock.monotonic()
        var checked = CheckedBatch(batch, plan: try adopt(batch), mapped: pool.take())
        checked.check()
        context.meter.addTime("check", since: start)
        return checked
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

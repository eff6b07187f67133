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
    /// Source columns that lost their field to another one of the same record.
    var passedOver: [String] = []
    /// What has the bytes of the source's rows, when they are not in it.
    var aside: BytesAside?

    init(_ source: SourceBatch, plan: MappingPlan, mapped: RowBatch) {
        self.source = source
        self.plan = plan
        self.mapped = mapped
    }

    /// Records of the source in it, good or bad.
    var records: Int { source.rows.rowCount + source.defects.count }

    /// Maps and checks the rows; returns those that are too much for one batch.
    mutating func check() -> SourceBatch? {
        let done = plan.canonicaliser.map(source.rows, into: &mapped, sources: &sources, problems: &problems)
        return done == source.rows.rowCount ? nil : source.cut(at: done)
    }

    /// Throws what the rows say about the mapping as a whole: `mapping_ambiguous`, `unmapped_columns` (65).
    mutating func judge(_ spec: ImportSpec) throws(JobError) {
        let key = Set(spec.neededFields)
        if let problem = problems.first(where: { $0.fault == .ambiguousField && key.contains($0.target) }) {
            let names = (([problem.source].compactMap(\.self)) + problem.others).map { plan.shown[$0] }
            throw MappingFault.ambiguous([(problem.target, names)])
        }
        passedOver = plan.passedOver(in: source.rows).sorted().map { plan.shown[$0] }
        if spec.unmapped == .error && !passedOver.isEmpty { throw MappingFault.unmapped(passedOver) }
    }

    /// Forgets the first records of the source.
    mutating func drop(records count: Int) {
        source = source.dropping(records: count)
        // What fitted fits without some of it.
        _ = check()
    }
}

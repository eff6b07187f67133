internal import Formats
internal import JobCore
internal import JobRuntime

/// A batch of source rows beside what the mapping made of it.
struct CheckedBatch: Sendable {
    var source: SourceBatch
    /// How the rows were mapped.
    var mapping: ResolvedMapping
    /// The good rows, as canonical text.
    var mapped: RowBatch
    /// For each good row its place in `source`.
    var sources: [Int] = []
    var problems: [CellProblem] = []
    /// Source columns that lost their field to another one of the same record.
    var passedOver: [String] = []
    /// What has the bytes of the source's rows, when they are not in it.
    var aside: BytesAside?

    init(_ source: SourceBatch, mapping: ResolvedMapping, mapped: RowBatch) {
        self.source = source
        self.mapping = mapping
        self.mapped = mapped
    }

    /// Records of the source in it, good or bad.
    var records: Int { source.rows.rowCount + source.defects.count }

    /// Maps and checks the rows; returns those that are too much for one batch.
    mutating func check() -> SourceBatch? {
        let done = mapping.canonicaliser.map(source.rows, into: &mapped, sources: &sources, problems: &problems)
        return done == source.rows.rowCount ? nil : source.cut(at: done)
    }

    /// Throws what the rows say about the mapping as a whole: `mapping_ambiguous`, `unmapped_columns` (65).
    mutating func judge(_ spec: ImportSpec) throws(JobError) {
        let key = Set(spec.neededFields)
        if let problem = problems.first(where: { $0.fault == .ambiguousField && key.contains($0.target) }) {
            let names = (([problem.source].compactMap(\.self)) + problem.others).map { mapping.shown[$0] }
            throw MappingFault.ambiguous([(problem.target, names)])
        }
        passedOver = mapping.passedOver(in: source.rows).sorted().map { mapping.shown[$0] }
        if spec.unmapped == .error && !passedOver.isEmpty { throw MappingFault.unmapped(passedOver) }
    }

    /// Forgets the first records of the source.
    mutating func drop(records count: Int) {
        source = source.dropping(records: count)
        // What fitted fits without some of it.
        _ = check()
    }
}

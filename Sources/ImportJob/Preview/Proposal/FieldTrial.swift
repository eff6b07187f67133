internal import Formats
internal import JobCore
internal import JobRuntime

/// Reads the sampled cells of a column as an entry of `mapping` would have them read: with the code that imports use.
struct FieldTrial {
    let sample: FieldSample
    /// The sampled cells as text.
    let texts: [String]
    private let resource: Resource
    private let cells: CellCanonicaliser
    /// What the spec says of the field besides.
    private let own: [JSONMember]

    init(_ sample: FieldSample, _ resource: Resource, _ cells: CellCanonicaliser, own: [JSONMember] = []) {
        self.sample = sample
        self.resource = resource
        self.cells = cells
        self.own = own
        texts = sample.texts
    }

    /// The entry with these options, as the import would read it; nil when it is no mapping.
    func tried(_ options: [JSONMember]) -> TriedRule? {
        let rest = own.filter { member in !options.contains { $0.name == member.name } }
        let entry = JSONValue.object([JSONMember("field", .string(sample.field.name))] + rest + options)
        var problems = SpecProblems()
        let rules = MappingReader(.object([JSONMember("column", entry)]), resource, &problems).mapping.rules
        guard problems.isEmpty, let rule = rules.first else { return nil }
        return TriedRule(options: options, takes: takes(rule.value))
    }

    /// The values are personal: none of them may be shown, not even as a part of a format.
    var isPersonal: Bool { resource.column(sample.field.name)?.isPersonal ?? false }

    /// As it is read now.
    func asItIs() -> TriedRule { TriedRule(options: [], takes: takes(sample.field.rule)) }

    /// Whether a time in a sampled cell lacks a zone, and nothing else.
    func lacksZone() -> Bool { faults(sample.field.rule).contains(.missingZone) }

    /// A time that only lacks its zone is read: no format is its remedy.
    private func takes(_ rule: ValueRule) -> [Bool] { faults(rule).map { $0 == .none || $0 == .missingZone } }

    private func faults(_ rule: ValueRule) -> [CellFault] {
        let ruled = RuledCell(cells: cells, keys: KeyGenerator("", ""))
        var faults: [CellFault] = []
        var output: [UInt8] = []
        sample.cells.withCells { cells in
            var cell = SourceCells(cells, literals: [])
            for row in 0..<cells.rowCount {
                cell.go(toRow: row)
                var isNull = true
                output.removeAll(keepingCapacity: true)
                faults.append(ruled.append(cell, .column(0), rule, to: &output, isNull: &isNull))
            }
        }
        return faults
    }
}

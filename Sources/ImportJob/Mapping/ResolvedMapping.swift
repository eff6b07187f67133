internal import Formats
internal import JobCore
internal import JobRuntime

/// Which source column goes where, for one set of source columns.
///
/// The target columns are the same for every set that a source may come to have: a header tells all there will be, and
/// for objects every field is loaded that any name could reach.
struct ResolvedMapping {
    let canonicaliser: RowCanonicaliser
    /// Target columns that are loaded, in order.
    let columns: [Column]
    /// Source columns without a target.
    let unmapped: [String]
    let preset: Preset?
    let fields: [FieldMapping]
    let names: [String]
    /// The same as they may be shown.
    let shown: [String]
    /// Source columns without a target, as they may be shown.
    let shownUnmapped: [String]
    /// Source columns that may lose their field to another one of the same record, each with those that go before it.
    private let contenders: [(column: Int, above: [Int])]
    private let needed: [String]

    /// Resolves the mapping of the spec, over that of a preset, over the automatic one.
    ///
    /// Throws `mapping_source_missing`, `mapping_incomplete`, `mapping_ambiguous`, `duplicate_column`, `preset_unfit` and
    /// `unmapped_columns` (65).
    init(
        spec: ImportSpec, columns names: [String], isJSON: Bool, preset: Preset? = nil,
        allowsSpecialValues: Bool = false
    ) throws(JobError) {
        let resource = spec.common.resource
        let mapping = spec.mapping
        self.preset = preset
        let shown = ShownNames.of(names, told: mapping.told)
        self.shown = shown
        let resolver = RuleResolver(names: names, isJSON: isJSON, mapping: mapping)
        let rules = mapping.rules + (try preset?.rules(for: names, resource, over: mapping, isJSON: isJSON) ?? [])
        var match = try resolver.resolve(rules, leftOut: mapping.leftOut)
        if mapping.isAutomatic { try Self.addAutomatic(to: &match, names, shown, resource, isJSON: isJSON) }
        let own = RejectsWriter.areOwn(in: names)
        match.unmapped.removeAll { own.contains(names[$0]) }
        var fields = match.fields
        var contenders = fields.flatMap { $0.origin.contenders + $0.members.flatMap(\.origin.contenders) }
        switch spec.unmapped {
        case .ignore: break
        case .error: if !match.unmapped.isEmpty { throw MappingFault.unmapped(match.unmapped.map { shown[$0] }) }
        case .attributes:
            let kept = try Self.keep(
                match.unmapped, contenders, names, shown, in: spec.keptColumn, fields, isJSON: isJSON)
            fields = kept.fields
            // What a rule has put something else in the place of is told.
            match.unmapped = match.unmapped.filter(kept.lost.contains)
            contenders = contenders.filter { kept.lost.contains($0.column) }
        }
        self.contenders = contenders
        unmapped = match.unmapped.map { names[$0] }
        shownUnmapped = match.unmapped.map { shown[$0] }
        if isJSON {
            // Objects may bring more members later.
            let kept = spec.unmapped == .attributes ? spec.keptColumn?.name : nil
            let found = Set(fields.map(\.target.name))
            for column in resource.columns where !found.contains(column.name) {
                if mapping.isAutomatic || column.name == kept {
                    fields.append(FieldMapping(target: column, source: nil))
                }
            }
        }
        // The fields of objects are settled, whatever names come later.
        fields = fields.heedingRefusals(
            of: resource, among: names, leftOut: mapping.leftOut, mayAdd: mapping.isAutomatic && !isJSON)
        let order = Dictionary(uniqueKeysWithValues: resource.columns.enumerated().map { ($1.name, $0) })
        fields.sort { (order[$0.target.name] ?? 0) < (order[$1.target.name] ?? 0) }
        columns = fields.map(\.target)
        self.fields = fields
        self.names = names
        needed = spec.neededFields
        canonicaliser = RowCanonicaliser(
            fields: fields, key: spec.neededFields, isJSONSource: isJSON, allowsSpecialValues: allowsSpecialValues,
            keys: KeyGenerator(spec.common.orgId, resource.name), zone: spec.common.zone)
        if !isJSON { try checkNeeded(resource) }
    }

    /// Throws `mapping_incomplete` when no source column goes to a field that every row needs.
    func checkNeeded(_ resource: Resource) throws(JobError) {
        for name in needed where !fields.contains(where: { $0.target.name == name && $0.origin != .nowhere }) {
            guard let column = resource.column(name) else { continue }
            let known = fields.compactMap { field in field.origin.columns.first.map { (field.target, shown[$0]) } }
            throw MappingFault.incomplete(column, names, shown, known: known)
        }
    }

    /// Gives what the rules leave to the names.
    private static func addAutomatic(
        to match: inout HeaderMatch, _ names: [String], _ shown: [String], _ resource: Resource, isJSON: Bool
    ) throws(JobError) {
        // A column that has only members from rules can still be there itself.
        let done = Set(match.fields.filter { $0.origin != .nowhere || $0.members.isEmpty }.map(\.target.name))
        let rest = HeaderMatcher.automatic(
            sourceColumns: names, resource: resource, isJSON: isJSON,
            taken: Set(names.indices).subtracting(match.unmapped), without: done)
        if !rest.ambiguous.isEmpty {
            throw MappingFault.ambiguous(rest.ambiguous.map { ($0.target, $0.candidates.map { shown[$0] }) })
        }
        for field in rest.fields {
            if let index = match.fields.firstIndex(where: { $0.target.name == field.target.name }) {
                match.fields[index] = field.adding(match.fields[index].members)
            } else {
                match.fields.append(field)
            }
        }
        match.unmapped = rest.unmapped
    }

    /// The fields with the columns without a target as members of a JSON column, by their names; of a record also those
    /// that lost their field to another column.
    ///
    /// Those under whose name a rule puts something else are `lost`.
    private static func keep(
        _ unmapped: [Int], _ contenders: [(column: Int, above: [Int])], _ names: [String], _ shown: [String],
        in column: Column?, _ fields: [FieldMapping], isJSON: Bool
    ) throws(JobError) -> (fields: [FieldMapping], lost: Set<Int>) {
        guard let column, !unmapped.isEmpty || !contenders.isEmpty else { return (fields, []) }
        let earlier =
            fields.first { $0.target.name == column.name }
            ?? FieldMapping(target: column, origin: .nowhere, rule: ValueRule(ValueKind(column)), reason: .unmapped)
        let ruled = Set(earlier.members.compactMap(\.path.first))
        var places: [String: Int] = [:]
        var lost: Set<Int> = []
        var members: [FieldMapping.Member] = []
        let origins =
            unmapped.map { ($0, FieldMapping.Origin.column($0)) }
            + contenders.map { ($0.column, .passedOver($0.above, $0.column)) }
        for (index, origin) in origins where !names[index].isEmpty {
            let name = names[index]
            if ruled.contains(name) {
                lost.insert(index)
            } else if let place = places[name] {
                // Objects may write a name in more than one way (é as one character or two); a header is one text.
                guard isJSON else { throw MappingFault.duplicateColumn(shown[index]) }
                members[place].origin = .alternatives([members[place].origin.columns + [index]])
            } else {
                places[name] = members.count
                members.append(FieldMapping.Member(path: [name], origin: origin, rule: ValueRule(.text), isKept: true))
            }
        }
        return (fields.filter { $0.target.name != column.name } + [earlier.adding(members)], lost)
    }

    /// The source columns that lost their field to another one in a record of the batch.
    func passedOver(in batch: RowBatch) -> Set<Int> {
        var lost: Set<Int> = []
        for (column, above) in contenders {
            let isLost = (0..<batch.rowCount).contains { row in
                !batch.isNull(row: row, column: column) && above.contains { !batch.isAbsent(row: row, column: $0) }
            }
            if isLost { lost.insert(column) }
        }
        return lost
    }

    /// The source column of a target column, when it is one that is taken as it is or by a rule.
    func source(of column: Int) -> Int? {
        if case .column(let source) = fields[column].origin { return source }
        return nil
    }

    /// Fields, and members of JSON columns, that take each value from one column of the source.
    var sourceFields: [SourceField] {
        var found: [SourceField] = []
        func add(_ rule: ValueRule, _ origin: FieldMapping.Origin, _ path: [String]) {
            if path.contains(where: { $0.contains(".") }) { return }
            switch origin {
            case .column, .alternatives: break
            default: return
            }
            for source in origin.columns {
                found.append(
                    SourceField(
                        name: path.joined(separator: "."), rule: rule, source: source, sourceName: names[source],
                        isKey: path.count == 1 && needed.contains(path[0])))
            }
        }
        for field in fields where !field.target.isWriteOnly {
            add(field.rule, field.origin, [field.target.name])
            for member in field.members { add(member.rule, member.origin, [field.target.name] + member.path) }
        }
        return found
    }

    /// The source column that goes to a target.
    func sourceName(of target: String) -> String? {
        fields.first { $0.target.name == target }?.firstSource.map { names[$0] }
    }
}

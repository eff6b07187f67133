internal import Formats
internal import JobCore
internal import JobRuntime

/// Which source column goes where, for one set of source columns.
struct MappingPlan {
    let canonicaliser: RowCanonicaliser
    /// Target columns that are loaded, in order.
    let columns: [Column]
    /// Source columns without a target.
    let unmapped: [String]
    /// Targets that more than one source column could have had.
    let ambiguous: [(target: String, candidates: [String])]
    private let preset: Preset?
    private let fields: [FieldMapping]
    private let names: [String]

    /// Resolves the mapping of the spec, over that of a preset, or the automatic one.
    ///
    /// Throws `mapping_source_missing`, `mapping_incomplete`, `preset_unfit` and `unmapped_columns` (65).
    init(
        spec: ImportSpec, columns names: [String], isJSON: Bool, preset: Preset? = nil,
        allowsSpecialValues: Bool = false
    ) throws(JobError) {
        let resource = spec.common.resource
        let resolver = RuleResolver(names: names, isJSON: isJSON)
        self.preset = preset
        var match: HeaderMatch
        if let preset {
            let own = spec.mapping ?? []
            let others = try preset.rules(for: names, resource).filter { rule in
                !own.contains { $0.field == rule.field || $0.sources == rule.sources }
            }
            match = try resolver.resolve(own + others)
            let rest = HeaderMatcher.automatic(
                sourceColumns: names, resource: resource, taken: Set(names.indices).subtracting(match.unmapped),
                without: Set(match.fields.map(\.target.name)))
            match.fields += rest.fields
            match.unmapped = rest.unmapped
            match.ambiguous = rest.ambiguous
        } else if let rules = spec.mapping {
            match = try resolver.resolve(rules)
        } else {
            match = HeaderMatcher.automatic(sourceColumns: names, resource: resource)
        }
        let own = RejectsWriter.areOwn(in: names)
        match.unmapped.removeAll { own.contains(names[$0]) }
        ambiguous = match.ambiguous.map { ($0.target, $0.candidates.map { names[$0] }) }
        var fields = match.fields
        switch spec.unmapped {
        case .ignore: break
        case .error: try Self.refuse(match.unmapped.map { names[$0] })
        case .attributes:
            fields = Self.keep(match.unmapped, names, in: spec.keptColumn, fields)
            match.unmapped = []
        }
        unmapped = match.unmapped.map { names[$0] }
        if isJSON {
            // Objects may bring more members later.
            let named = preset == nil ? spec.mapping : nil
            let wanted = Set(named?.map(\.target.name) ?? resource.columns.map(\.name))
            let found = Set(fields.map(\.target.name) + ambiguous.map(\.target))
            for column in resource.columns where wanted.contains(column.name) && !found.contains(column.name) {
                fields.append(FieldMapping(target: column, source: nil))
            }
        }
        let order = Dictionary(uniqueKeysWithValues: resource.columns.enumerated().map { ($1.name, $0) })
        fields.sort { (order[$0.target.name] ?? 0) < (order[$1.target.name] ?? 0) }
        if !isJSON, let missing = spec.neededFields.first(where: { key in !fields.contains { $0.target.name == key } })
        {
            throw Self.incomplete(missing, names, ambiguous.first { $0.target == missing }?.candidates ?? [])
        }
        columns = fields.map(\.target)
        self.fields = fields
        self.names = names
        canonicaliser = RowCanonicaliser(
            fields: fields, key: spec.neededFields, isJSONSource: isJSON, allowsSpecialValues: allowsSpecialValues,
            unescapesFormulas: spec.unescapesFormulas && !isJSON)
    }

    private static func refuse(_ unmapped: [String]) throws(JobError) {
        if unmapped.isEmpty { return }
        throw JobError(
            "unmapped_columns", .dataError,
            "source columns without a target: \(unmapped.prefix(20).joined(separator: ", "))",
            hint: "name them in 'mapping', or set 'unmapped' to 'ignore' or 'attributes'")
    }

    private static func incomplete(_ missing: String, _ names: [String], _ candidates: [String]) -> JobError {
        if candidates.isEmpty {
            return JobError(
                "mapping_incomplete", .dataError, "no source column goes to the key field '\(missing)'",
                hint: "source columns: \(names.prefix(40).joined(separator: ", ")); name one in 'mapping'")
        }
        return JobError(
            "mapping_ambiguous", .dataError,
            "more than one source column could be the key field '\(missing)': \(candidates.joined(separator: ", "))",
            hint: "say which one in 'mapping'")
    }

    /// The fields with the unmapped columns as members of a JSON column, by their names.
    private static func keep(
        _ unmapped: [Int], _ names: [String], in column: Column?, _ fields: [FieldMapping]
    ) -> [FieldMapping] {
        guard let column, !unmapped.isEmpty else { return fields }
        let index = fields.firstIndex { $0.target.name == column.name }
        let earlier = index.map { fields[$0] } ?? FieldMapping(target: column, source: nil, reason: .unmapped)
        let taken = Set(earlier.members.compactMap(\.path.first))
        let members = unmapped.filter { !names[$0].isEmpty && !taken.contains(names[$0]) }.map { index in
            FieldMapping.Member(path: [names[index]], origin: .column(index), rule: ValueRule(.text))
        }
        let merged = FieldMapping(
            target: column, origin: earlier.origin, rule: earlier.rule, members: members + earlier.members,
            reason: earlier.reason)
        return fields.filter { $0.target.name != column.name } + [merged]
    }

    /// The source column of a target column, when it is one that is taken as it is or by a rule.
    func source(of column: Int) -> Int? {
        if case .column(let source) = fields[column].origin { return source }
        return nil
    }

    /// The source column that goes to a target.
    func sourceName(of target: String) -> String? {
        fields.first { $0.target.name == target }?.firstSource.map { names[$0] }
    }

    /// The mapping alone.
    var described: JSONValue { .array(fields.map { .object(describe($0)) }) }

    /// The effective mapping, and what a dry run saw, for the manifest.
    func summary(_ preview: ImportPreview?, _ plan: PlannedRun? = nil, source: JSONValue? = nil, consentKept: Int = 0)
        -> JSONValue
    {
        let statistics = preview?.describedColumns() ?? columns.map { _ in [] }
        let described = zip(fields, statistics).map { field, statistics in
            JSONValue.object(describe(field) + statistics)
        }
        var members = [
            JSONMember("rows", .array(preview?.rows ?? [])), JSONMember("columns", .array(described)),
            JSONMember("unmapped", .array(unmapped.map { .string($0) })),
        ]
        if let source { members.insert(JSONMember("source", source), at: 0) }
        if let preset { members.append(JSONMember("preset", .string(preset.name))) }
        if let preview { members += preview.members }
        if consentKept > 0 { members.append(JSONMember("consentKept", .integer(consentKept))) }
        if let plan { members.append(JSONMember("plan", plan.json)) }
        if !ambiguous.isEmpty {
            members.append(
                JSONMember(
                    "ambiguous",
                    .array(
                        ambiguous.map { target, candidates in
                            .object([
                                JSONMember("name", .string(target)),
                                JSONMember("sources", .array(candidates.map { .string($0) })),
                            ])
                        })))
        }
        return .object(members)
    }

    private func describe(_ field: FieldMapping) -> [JSONMember] {
        var members = [
            JSONMember("name", .string(field.target.name)), JSONMember("source", describe(field.origin)),
            JSONMember("type", .string(field.rule.kind.name)),
        ]
        let isMapped = field.origin != .nowhere || !field.members.isEmpty
        if isMapped {
            members.append(JSONMember("by", .string(field.reason.rawValue)))
            members.append(JSONMember("confidence", .number(field.reason.confidence)))
        }
        if !field.rule.description.isEmpty { members.append(JSONMember("format", .string(field.rule.description))) }
        if !field.members.isEmpty {
            members.append(
                JSONMember(
                    "members",
                    .array(
                        field.members.map { member in
                            .object([
                                JSONMember("path", .string(member.path.joined(separator: "."))),
                                JSONMember("source", describe(member.origin)),
                            ])
                        })))
        }
        return members
    }

    private func describe(_ origin: FieldMapping.Origin) -> JSONValue {
        switch origin {
        case .nowhere: .null
        case .column(let index): .string(names[index])
        case .joined(let indexes, _): .array(indexes.map { .string(names[$0]) })
        case .constant(let text): .object([JSONMember("value", .string(text))])
        }
    }
}

/// Finds the source columns that the rules of a spec name.
private struct RuleResolver {
    let names: [String]
    /// Objects may bring a mapped key later; a CSV header is all there will be.
    let isJSON: Bool

    func resolve(_ rules: [MappingRule]) throws(JobError) -> HeaderMatch {
        var match = HeaderMatch()
        var used: Set<Int> = []
        var targets: [String] = []
        var grouped: [String: [(MappingRule, FieldMapping.Origin)]] = [:]
        for rule in rules {
            let origin = try origin(of: rule)
            used.formUnion(origin.columns)
            if grouped[rule.target.name] == nil { targets.append(rule.target.name) }
            grouped[rule.target.name, default: []].append((rule, origin))
        }
        for target in targets {
            let parts = grouped[target] ?? []
            guard let column = parts.first?.0.target else { continue }
            let whole = parts.first { $0.0.path.isEmpty }
            let members = parts.filter { !$0.0.path.isEmpty }.map { rule, origin in
                FieldMapping.Member(path: rule.path, origin: origin, rule: rule.value)
            }
            match.fields.append(
                FieldMapping(
                    target: column, origin: whole?.1 ?? .nowhere,
                    rule: whole?.0.value ?? ValueRule(ValueKind(column)), members: members,
                    reason: parts.first?.0.reason ?? .mapping))
        }
        match.unmapped = names.indices.filter { !used.contains($0) }
        return match
    }

    /// Throws `mapping_source_missing` (65) when the file lacks a named column.
    private func origin(of rule: MappingRule) throws(JobError) -> FieldMapping.Origin {
        if let constant = rule.constant { return .constant(constant) }
        var found: [Int] = []
        for name in rule.sources {
            if let index = names.firstIndex(of: name) {
                found.append(index)
            } else if !isJSON {
                let near = NearestName.of(name, among: names)
                throw JobError(
                    "mapping_source_missing", .dataError, "the source has no column '\(name.prefix(128))'",
                    hint: near.map { "did you mean '\($0)'?" }
                        ?? "its columns: \(names.prefix(40).joined(separator: ", "))")
            }
        }
        if rule.sources.count == 1 { return found.first.map { .column($0) } ?? .nowhere }
        return .joined(found, separator: rule.separator)
    }
}

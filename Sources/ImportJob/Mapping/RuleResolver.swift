internal import JobCore
internal import JobRuntime

/// Finds the source columns that the rules of a spec and of a preset name.
struct RuleResolver {
    private let names: [String]
    /// Objects may bring a mapped key later; a CSV header is all there will be.
    private let isJSON: Bool
    private let places: [String: [Int]]
    private let normalised: SourceNames
    /// Columns that rules of the spec use or leave out: no preset takes them.
    private let claimed: Set<Int>

    init(names: [String], isJSON: Bool, mapping: Mapping) {
        self.names = names
        self.isJSON = isJSON
        var places: [String: [Int]] = [:]
        for (index, name) in names.enumerated() { places[name, default: []].append(index) }
        self.places = places
        let sources = mapping.rules.filter { !$0.isGenerated }.flatMap(\.sources)
        claimed = Set((sources + mapping.leftOut).flatMap { places[$0] ?? [] })
        normalised = SourceNames(names, without: claimed)
    }

    /// The fields of the rules, and the columns that none of them uses.
    ///
    /// Throws `mapping_source_missing`, `mapping_ambiguous` and `duplicate_column` (65).
    func resolve(_ rules: [MappingRule], leftOut: Set<String>) throws(JobError) -> HeaderMatch {
        var match = HeaderMatch()
        var used = Set(leftOut.flatMap { places[$0] ?? [] })
        var targets: [String] = []
        var grouped: [String: [(MappingRule, FieldMapping.Origin)]] = [:]
        for rule in rules {
            guard let origin = try origin(of: rule) else { continue }
            // A key made from an address leaves the address to its own field.
            if !rule.isGenerated { used.formUnion(origin.columns) }
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

    /// Where a rule takes its value from; `nil` when it does not apply to this source.
    private func origin(of rule: MappingRule) throws(JobError) -> FieldMapping.Origin? {
        if let constant = rule.constant { return .constant(constant) }
        if rule.isChoice { return try choice(rule) }
        if isJSON, rule.sources.count == 1, !rule.isGenerated, let found = places[rule.sources[0]], found.count > 1 {
            // The name written in more than one way (é as one character or two), which records may mix.
            return .alternatives([found])
        }
        var found: [Int?] = []
        for name in rule.sources { found.append(try place(of: name)) }
        if rule.isGenerated { return .generated(found) }
        let known = found.compactMap(\.self)
        if rule.sources.count == 1 { return known.first.map { .column($0) } ?? .nowhere }
        return .joined(known, separator: rule.separator)
    }

    private func place(of name: String) throws(JobError) -> Int? {
        let found = places[name] ?? []
        if found.count > 1 { throw MappingFault.duplicateColumn(name) }
        if found.isEmpty && !isJSON { throw MappingFault.sourceMissing(name, ShownNames.of(names, told: [])) }
        return found.first
    }

    /// The first of the names that a preset has for one thing.
    private func choice(_ rule: MappingRule) throws(JobError) -> FieldMapping.Origin? {
        let ranks = rule.sources.map { normalised[HeaderMatcher.normalise($0)] }.filter { !$0.isEmpty }
        guard let best = ranks.first, let first = best.first else { return isJSON ? .nowhere : nil }
        if isJSON { return ranks.count > 1 || best.count > 1 ? .alternatives(ranks) : .column(first) }
        if best.count > 1 { throw MappingFault.ambiguous([(rule.field, best.map { names[$0] })]) }
        return .column(first)
    }
}

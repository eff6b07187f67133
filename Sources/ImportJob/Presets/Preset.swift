internal import Formats
internal import JobCore
internal import JobRuntime

/// How the export of another product is laid out.
struct Preset: Sendable {
    /// One column of the layout.
    struct Entry: Sendable {
        /// The names it has had; the first one that the source has counts.
        let sources: [String]
        /// Where it goes: the first one that the resource has.
        let targets: [String]
        /// The other members of its mapping rule, as JSON.
        let options: String

        init(_ sources: String..., to targets: String..., options: String = "{}") {
            self.sources = sources
            self.targets = targets
            self.options = options
        }
    }

    let name: String
    /// Column names that tell the product: all of one set are there.
    let signatures: [[String]]
    let entries: [Entry]

    /// The presets of this version, in the order in which they are tried.
    static let all = [mailchimp, klaviyo, braze, hubspot, salesforce, intercom, segment]

    /// The preset of that name.
    static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

    /// The preset whose signature the header has.
    static func recognised(in columns: [String]) -> Preset? {
        let names = Set(columns.map(HeaderMatcher.normalise))
        return all.first { preset in
            preset.signatures.contains { $0.allSatisfy { names.contains(HeaderMatcher.normalise($0)) } }
        }
    }

    /// The rules for a source with these columns, without those that the spec has its own for.
    ///
    /// Of objects any name may come later: which entry has a field does not depend on the names that came so far.
    ///
    /// Throws `preset_unfit` (65) when the source has none of its columns.
    func rules(
        for columns: [String], _ resource: Resource, over mapping: Mapping, isJSON: Bool
    ) throws(JobError) -> [MappingRule] {
        let names = SourceNames(columns)
        var members: [JSONMember] = []
        let document = JSONDocument(.presetInvalid, "the preset \(name)")
        var taken: Set<String> = []
        var isFit = false
        for (index, entry) in entries.enumerated() {
            let found = entry.sources.first { !names[HeaderMatcher.normalise($0)].isEmpty }
            let free = entry.targets.first { Self.has(resource, $0) && !taken.contains($0) }
            guard found != nil || isJSON, let target = free else { continue }
            isFit = isFit || found != nil
            taken.insert(target)
            let options = try JSONValue(parsing: Array(entry.options.utf8), as: document)
            let own = [
                JSONMember("field", .string(target)),
                JSONMember("columns", .array(entry.sources.map { .string($0) })),
            ]
            members.append(JSONMember("\(index)", .object(own + options.members)))
        }
        guard isFit || isJSON else {
            throw JobError(
                .presetUnfit,
                "the source has no column of a \(name) export that \(resource.name) has room for",
                hint: "its columns: \(columns.prefix(40).joined(separator: ", "))")
        }
        var problems = SpecProblems()
        let rules = MappingReader(.object(members), resource, &problems).mapping.rules
        try problems.throwIfAny(in: document)
        let fields = Set(mapping.rules.map(\.field))
        return rules.filter { !fields.contains($0.field) }.map { rule in
            var rule = rule
            rule.reason = .preset
            rule.isChoice = true
            return rule
        }
    }

    private static func has(_ resource: Resource, _ target: String) -> Bool {
        let name = target.split(separator: ".").first.map(String.init) ?? ""
        guard let column = resource.column(name) else { return false }
        return name == target || column.type == .json
    }
}

internal import Formats
internal import JobCore
internal import JobRuntime

/// Which source column goes where, for one set of source columns.
struct MappingPlan {
    let canonicaliser: RowCanonicaliser
    /// Target columns that are loaded, in order.
    let columns: [Column]
    let unmapped: [String]
    private let sources: [String?]

    /// Resolves the mapping of the spec, or the automatic one.
    ///
    /// Throws `mapping_source_missing`, `mapping_incomplete`, `mapping_ambiguous` and `unmapped_columns` (65).
    init(
        spec: ImportSpec, columns names: [String], isJSON: Bool, allowsSpecialValues: Bool = false
    ) throws(JobError) {
        let resource = spec.common.resource
        let match: HeaderMatch
        if let mapping = spec.mapping {
            // Objects may bring a mapped key later; a CSV header is all there will be.
            let present = isJSON ? mapping.filter { names.contains($0.source) } : mapping
            match = try HeaderMatcher.explicit(mapping: present, sourceColumns: names, resource: resource)
        } else {
            match = HeaderMatcher.automatic(sourceColumns: names, resource: resource)
        }
        if let ambiguous = match.ambiguous.first {
            throw JobError(
                "mapping_ambiguous", .dataError, "more than one source column could be '\(ambiguous)'",
                hint: "say which one in 'mapping'")
        }
        unmapped = match.unmapped
        if spec.unmapped == .error, !match.unmapped.isEmpty {
            throw JobError(
                "unmapped_columns", .dataError,
                "source columns without a target: \(match.unmapped.prefix(20).joined(separator: ", "))",
                hint: "name them in 'mapping', or set 'unmapped' to 'ignore'")
        }
        var fields = match.fields
        if isJSON {
            let wanted = spec.mapping.map { Set($0.map(\.target)) } ?? Set(resource.columns.map(\.name))
            let found = Set(fields.map(\.target.name))
            for column in resource.columns where wanted.contains(column.name) && !found.contains(column.name) {
                fields.append(FieldMapping(target: column, source: nil))
            }
        }
        let order = Dictionary(uniqueKeysWithValues: resource.columns.enumerated().map { ($1.name, $0) })
        fields.sort { (order[$0.target.name] ?? 0) < (order[$1.target.name] ?? 0) }
        if !isJSON, let missing = resource.key.first(where: { key in !fields.contains { $0.target.name == key } }) {
            throw JobError(
                "mapping_incomplete", .dataError, "no source column goes to the key field '\(missing)'",
                hint: "source columns: \(names.prefix(40).joined(separator: ", ")); name one in 'mapping'")
        }
        columns = fields.map(\.target)
        sources = fields.map { field in field.source.map { names[$0] } }
        canonicaliser = RowCanonicaliser(
            fields: fields, key: resource.key, isJSONSource: isJSON, allowsSpecialValues: allowsSpecialValues)
    }

    /// The source column that goes to a target.
    func sourceName(of target: String) -> String? {
        columns.firstIndex { $0.name == target }.flatMap { sources[$0] }
    }

    /// The effective mapping, and what a dry run saw, for the manifest.
    func summary(_ preview: ImportPreview?) -> JSONValue {
        let statistics = preview?.statistics() ?? columns.map { _ in [] }
        let described = zip(columns, sources).enumerated().map { index, pair in
            JSONValue.object(
                [
                    JSONMember("name", .string(pair.0.name)), JSONMember("source", .optional(pair.1)),
                    JSONMember("type", .string(pair.0.type.rawValue)),
                ] + statistics[index])
        }
        return .object([
            JSONMember("rows", .array(preview?.rows ?? [])), JSONMember("columns", .array(described)),
            JSONMember("unmapped", .array(unmapped.map { .string($0) })),
        ])
    }
}

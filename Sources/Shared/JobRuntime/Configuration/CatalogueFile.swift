internal import Formats
package import JobCore

/// Reads the user's own catalogue (`RESOURCE_CATALOG`): tables, columns, types, keys.
///
///     {"resources":[{"name":"orders","table":"orders","export":true,"import":true,"key":["id"],
///       "timeColumn":"placed_at","columns":[{"name":"id","type":"uuid"},
///       {"name":"placed_at","type":"timestamp"},{"name":"iban","type":"text","personal":true}]}]}
package enum CatalogueFile {
    private static let maximumBytes = 4 << 20

    /// The catalogue in the file, the built-in one without a file.
    ///
    /// Throws `catalogue_invalid` with every mistake (78).
    package static func load(_ path: String?) throws -> Catalogue {
        guard let path else { return .builtIn }
        let bytes = try FileInput.read(path, limit: maximumBytes, what: "catalogue")
        let value = try JSONValue(
            parsing: bytes, limits: JSONLimits(maxBytes: maximumBytes), as: .catalogue)
        return try decode(value)
    }

    private static let name = SpecType.string(.sqlName)
    private static let schema = SpecType.object([
        SpecField(
            "resources",
            .array(
                .object([
                    SpecField("name", name, "Name in job specs", isRequired: true),
                    SpecField("table", .string(.tableName), "Table, perhaps schema.table, by default the name"),
                    SpecField("export", .boolean, "May be exported, default true"),
                    SpecField("import", .boolean, "May be imported, default false"),
                    SpecField("key", .array(name), "Key columns after org_id", isRequired: true),
                    SpecField("timeColumn", name, "Column for from, to and last"),
                    SpecField(
                        "columns",
                        .array(
                            .object([
                                SpecField("name", name, "Column", isRequired: true),
                                SpecField(
                                    "type", .choice(ColumnType.allCases.map(\.rawValue)), "Type", isRequired: true),
                                SpecField("writeOnly", .boolean, "Imported, never exported"),
                                SpecField("personal", .boolean, "Personal data"),
                                SpecField(
                                    "check", .choice(ColumnCheck.allCases.map(\.rawValue)),
                                    "What imports check its text for"),
                                SpecField(
                                    "maxLength", .integer(1...1_000_000), "Characters its text may have at most"),
                                SpecField(
                                    "consent", .boolean,
                                    "Tells whether somebody wants messages; imports keep a refusal"),
                            ])), "Columns without org_id", isRequired: true),
                ])), "The resources", isRequired: true)
    ])

    /// The catalogue described by a JSON value.
    static func decode(_ value: JSONValue) throws -> Catalogue {
        var problems = SpecProblems()
        schema.validate(value, at: "$", into: &problems)
        try problems.throwIfAny(in: .catalogue)
        var resources: [Resource] = []
        for (index, item) in value.items("resources").enumerated() {
            let path = "$.resources[\(index)]"
            let columns = item.items("columns").map { column in
                Column(
                    column.text("name") ?? "", ColumnType(rawValue: column.text("type") ?? "") ?? .text,
                    isWriteOnly: column.flag("writeOnly") ?? false, isPersonal: column.flag("personal") ?? false,
                    check: ColumnCheck(rawValue: column.text("check") ?? "none") ?? .none,
                    holdsConsent: column.flag("consent") ?? false, maxLength: column.integer("maxLength"))
            }
            let resource = Resource(
                name: item.text("name") ?? "", table: item.text("table"), columns: columns,
                key: item.items("key").compactMap(\.asText), timeColumn: item.text("timeColumn"),
                canExport: item.flag("export") ?? true, canImport: item.flag("import") ?? false)
            check(resource, path, resources, &problems)
            resources.append(resource)
        }
        try problems.throwIfAny(in: .catalogue)
        return Catalogue(resources: resources)
    }

    private static func check(
        _ resource: Resource, _ path: String, _ earlier: [Resource], _ problems: inout SpecProblems
    ) {
        if earlier.contains(where: { $0.name == resource.name }) {
            problems.add("\(path).name", "'\(resource.name)' is there twice")
        }
        for column in resource.columns where column.check != .none && column.type != .text {
            problems.add("\(path).columns", "column '\(column.name)' has a check, which only text columns can have")
        }
        for column in resource.columns where column.maxLength != nil && column.type != .text {
            problems.add("\(path).columns", "column '\(column.name)' has maxLength, which only text columns can have")
        }
        for column in resource.columns where column.holdsConsent && column.type != .text && column.type != .bool {
            problems.add("\(path).columns", "column '\(column.name)' has consent, which only text and bool can hold")
        }
        var seen: Set<String> = ["org_id"]
        for column in resource.columns where !seen.insert(column.name).inserted {
            problems.add("\(path).columns", "column '\(column.name)' is there twice or reserved")
        }
        if resource.key.isEmpty { problems.add("\(path).key", "at least one key column is needed") }
        for key in resource.key where resource.column(key) == nil {
            problems.add(
                "\(path).key", "'\(key)' is not a column", nearest: key, among: resource.columns.map(\.name))
        }
        if let time = resource.timeColumn {
            switch resource.column(time)?.type {
            case .timestamp, .date: break
            case nil:
                problems.add(
                    "\(path).timeColumn", "'\(time)' is not a column", nearest: time,
                    among: resource.columns.map(\.name))
            default: problems.add("\(path).timeColumn", "'\(time)' is not a timestamp or date")
            }
        }
    }
}

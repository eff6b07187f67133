internal import Compression
internal import Formats
internal import JobCore
internal import JobRuntime

/// A checked export spec.
struct ExportSpec: Sendable {
    let common: CommonSpec
    let format: SourceFormat
    let filters: ExportFilters
    let columns: [Column]
    let compression: CompressionKind
    let csv: CSVWriterOptions
    /// Split the result into files of about that size.
    let maxFileBytes: Int?
    let limit: Int?
    let downloadURLTTL: Int

    /// The fields of an export spec: checks it and prints its schema.
    static let shape = SpecType.object(
        CommonSpec.fields(formats: ["csv", "json", "jsonl"]) + [
            SpecField(
                "filters", .map(.any, atMost: ExportFilters.maximumConditions),
                "from and to (a date means the whole day, in UTC or the spec's timezone; a timestamp in 'to' is "
                    + "exclusive), last (\"30d\"), and any column, or field of a JSON column as column.field: a scalar, "
                    + "an array (any of), or an object of "
                    + "eq ne gt gte lt lte contains startsWith in exists"),
            SpecField("columns", .array(.string(.any)), "Columns in this order; default all"),
            SpecField("compression", .choice(CompressionKind.allCases.map(\.rawValue)), "Default none"),
            SpecField(
                "csv",
                .object([
                    SpecField("delimiter", .string(.separator), "Default ,"),
                    SpecField("header", .boolean, "Default true"),
                    SpecField("bom", .boolean, "UTF-8 byte order mark for spreadsheets; default false"),
                    SpecField("nulls", .string(.short(16)), "Text for null; default empty"),
                    SpecField(
                        "formulas", .choice(["raw", "escape"]),
                        "escape puts an apostrophe wherever a spreadsheet would run the text; default raw"),
                ]), "Options of the CSV format"),
            SpecField("maxFileBytes", .integer(1024...Int.max), "Split into files of about that size"),
            SpecField("limit", .integer(0...Int.max), "At most so many rows"),
            SpecField("shards", .integer(1...10_000), "Processes that share the job"),
            SpecField("downloadUrlTTL", .integer(1...604_800), "Seconds that download links live; default 1800"),
        ])

    /// Decodes and checks the bytes of a spec.
    ///
    /// Throws `spec_invalid`, which names every mistake.
    init(bytes: [UInt8], environment: JobEnvironment, catalogue: Catalogue) throws(JobError) {
        var problems = SpecProblems()
        let common = try CommonSpec(
            bytes: bytes, kind: .export, shape: Self.shape, environment: environment, catalogue: catalogue,
            problems: &problems)
        try self.init(common, problems: &problems)
    }

    /// Decodes what exports alone have; mistakes are added to those that were found before.
    ///
    /// Throws `spec_invalid`, which names every mistake.
    init(_ common: CommonSpec, problems: inout SpecProblems) throws(JobError) {
        let value = common.value
        if value["format"] == nil { problems.add("$.format", "is missing, expected one of csv, json, jsonl") }
        if let shards = value.integer("shards"), shards > 1 {
            problems.add("$.shards", "more than one process is not supported by this version")
        }
        format = SourceFormat(rawValue: value.text("format") ?? "csv") ?? .csv
        filters = ExportFilters(
            value["filters"], resource: common.resource, zone: common.zone, problems: &problems)
        columns = Self.columns(value, common.resource, &problems)
        compression = CompressionKind(rawValue: value.text("compression") ?? "none") ?? .none
        if let csv = value["csv"], csv != .object([]), format != .csv {
            problems.add("$.csv", "has no meaning for the format \(format.rawValue)")
        }
        csv = Self.csv(value["csv"] ?? .null, &problems)
        maxFileBytes = value.integer("maxFileBytes")
        limit = value.integer("limit")
        downloadURLTTL = value.integer("downloadUrlTTL") ?? 1800
        self.common = common
        try problems.throwIfAny()
    }

    private static func columns(_ value: JSONValue, _ resource: Resource, _ problems: inout SpecProblems) -> [Column] {
        guard value["columns"] != nil else { return resource.exportableColumns }
        var columns: [Column] = []
        var seen: Set<String> = []
        for (index, item) in value.items("columns").enumerated() {
            guard let name = item.asText else { continue }
            let path = "$.columns[\(index)]"
            guard let column = resource.exportableColumns.first(where: { $0.name == name }) else {
                let found = resource.column(name) == nil ? "unknown column" : "column that is never exported"
                problems.add(
                    path, "\(found) \(item.summary)", nearest: name, among: resource.exportableColumns.map(\.name))
                continue
            }
            if !seen.insert(column.name).inserted { problems.add(path, "column '\(name)' is there twice") }
            columns.append(column)
        }
        if columns.isEmpty && problems.isEmpty { problems.add("$.columns", "is empty; leave it out for all columns") }
        return columns
    }

    private static func csv(_ value: JSONValue, _ problems: inout SpecProblems) -> CSVWriterOptions {
        let nulls = value.text("nulls") ?? ""
        if nulls.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0x22 }) {
            problems.add("$.csv.nulls", "may not hold quotes or line ends")
        }
        if value.text("formulas") == "escape", let delimiter = value.text("delimiter"), "=+-@'".contains(delimiter) {
            problems.add("$.csv.delimiter", "begins a formula, or what keeps text from being one")
        }
        return CSVWriterOptions(
            delimiter: value.text("delimiter")?.utf8.first ?? UInt8(ascii: ","),
            header: value.flag("header") ?? true, bom: value.flag("bom") ?? false, nulls: nulls,
            formulas: value.text("formulas") == "escape" ? .escape : .raw)
    }
}

internal import Compression
internal import Formats
internal import JobCore
internal import JobRuntime

/// A checked export spec.
struct ExportSpec: Sendable {
    let common: CommonSpec
    let format: any OutputFormat
    /// What the spec says of the format; without faults.
    let formatOptions: JSONValue
    let filters: ExportFilters
    let columns: [Column]
    let compression: CompressionKind
    /// Split the result into files of about that size.
    let maxFileBytes: Int?
    let limit: Int?
    let downloadURLTTL: Int

    /// The fields of an export spec: checks it and prints its schema.
    static let shape = shape(.builtIn)

    /// The same for other formats than those of the product.
    static func shape(_ formats: OutputFormats) -> SpecType {
        .object(
            CommonSpec.fields(formats: formats.names) + contentFields
                + formats.all.compactMap(SpecField.init(optionsOf:)) + sizeFields)
    }

    private static var contentFields: [SpecField] {
        [
            SpecField(
                "filters", .map(.any, atMost: ExportFilters.maximumConditions),
                "from and to (a date means the whole day, in UTC or the spec's timezone; a timestamp in 'to' is "
                    + "exclusive), last (\"30d\"), and any column, or field of a JSON column as column.field: a scalar, "
                    + "an array (any of), or an object of "
                    + "eq ne gt gte lt lte contains startsWith in exists"),
            SpecField("columns", .array(.string(.any)), "Columns in this order; default all"), Self.packing.field,
        ]
    }

    private static let packing = SpecMember<CompressionKind>.choice("compression", default: .none, "Default none")
    private static let fileBytes = SpecMember.number(
        "maxFileBytes", 1024...Int.max, "Split into files of about that size")
    private static let most = SpecMember.number("limit", 0...Int.max, "At most so many rows")
    private static let shards = SpecMember.number("shards", 1...10_000, "Processes that share the job")

    private static var sizeFields: [SpecField] {
        [
            Self.fileBytes.field, Self.most.field, Self.shards.field, CommonSpec.downloadURLTTL.field,
        ]
    }

    /// Decodes and checks the bytes of a spec.
    ///
    /// Throws `spec_invalid`, which names every mistake.
    init(
        bytes: [UInt8], environment: JobEnvironment, catalogue: Catalogue, formats: OutputFormats = .builtIn
    ) throws(JobError) {
        var problems = SpecProblems()
        let common = try CommonSpec(
            bytes: bytes, kind: .export, shape: Self.shape(formats), environment: environment, catalogue: catalogue,
            problems: &problems)
        try self.init(common, formats: formats, problems: &problems)
    }

    /// Decodes what exports alone have; mistakes are added to those that were found before.
    ///
    /// Throws `spec_invalid`, which names every mistake.
    init(_ common: CommonSpec, formats: OutputFormats = .builtIn, problems: inout SpecProblems) throws(JobError) {
        let value = common.value
        if let shards = Self.shards.read(value), shards > 1 {
            problems.add("$.shards", "more than one process is not supported by this version")
        }
        let chosen = value.text("format").flatMap { formats[$0] }
        if value["format"] == nil {
            problems.add("$.format", "is missing, expected one of \(formats.names.joined(separator: ", "))")
        }
        let options = chosen.flatMap { value[$0.name] } ?? .null
        if let chosen { Self.check(options, of: chosen, formats, value, &problems) }
        filters = ExportFilters(
            value["filters"], resource: common.resource, zone: common.zone, problems: &problems)
        columns = Self.columns(value, common.resource, &problems)
        compression = Self.packing.read(value)
        maxFileBytes = Self.fileBytes.read(value)
        limit = Self.most.read(value)
        downloadURLTTL = CommonSpec.downloadURLTTL.read(value)
        self.common = common
        try problems.throwIfAny()
        guard let chosen else {
            throw JobError(.specInvalid, "the job spec names no format that this version knows")
        }
        format = chosen
        formatOptions = options
    }

    private static func check(
        _ options: JSONValue, of format: any OutputFormat, _ formats: OutputFormats, _ value: JSONValue,
        _ problems: inout SpecProblems
    ) {
        for fault in format.faults(of: options) { problems.add("$.\(format.name).\(fault.option)", fault.problem) }
        for other in formats.names where other != format.name {
            guard let found = value[other], found != .object([]) else { continue }
            problems.add("$.\(other)", "has no meaning for the format \(format.name)")
        }
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
}

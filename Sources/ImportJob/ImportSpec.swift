internal import Formats
internal import HTTPTransport
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// A checked import spec.
struct ImportSpec: Sendable {
    /// What happens to source columns without a target.
    enum Unmapped: String, CaseIterable {
        case ignore, attributes, error
    }

    let common: CommonSpec
    /// The formats a source may be in.
    let formats: InputFormats
    /// `nil`: decided by the first bytes of the source.
    let format: (any InputFormat)?
    /// What the spec says of where columns go, over a preset and what their names say.
    let mapping: Mapping
    /// A preset by name.
    let preset: Preset?
    /// Whether the header may choose the preset.
    let recognisesPreset: Bool
    let unmapped: Unmapped
    /// The JSON column that `unmapped: attributes` keeps columns in.
    let keptColumn: Column?
    let duplicates: DuplicatePolicy
    let isDryRun: Bool
    let mode: LoadMode
    /// Columns by which a row is the same as one that is there.
    let matchOn: [String]
    let mergeRules: MergeRules
    /// The dry run that this run must not differ from.
    let planJobId: String?
    /// One transaction, all or nothing.
    let isAtomic: Bool
    let errorLimit: ErrorLimit
    /// Of the source's text; `nil`: as its byte order mark tells.
    let encoding: TextEncoding?
    /// Names that lead to the array inside a JSON source.
    let path: [String]
    let downloadURLTTL: Int
    /// What is imported instead of an object.
    let sourceURL: SourceURL?
    private let source: String?

    /// The fields of an import spec: checks it and prints its schema.
    static let shape = shape(.builtIn)

    /// The same for other formats than those of the product.
    static func shape(_ formats: InputFormats) -> SpecType {
        .object(
            CommonSpec.fields(formats: ["auto"] + formats.names) + sourceFields + mappingFields
                + [
                    Self.skipsDuplicates.field, Self.modeField.field, Self.matchFields, Self.merging.field,
                    Self.dryRun.field, Self.plan.field, Self.limit.field,
                ] + formats.all.compactMap(SpecField.init(optionsOf:))
                + [Self.atomic.field, CommonSpec.downloadURLTTL.field])
    }

    private static var sourceFields: [SpecField] {
        [
            SpecField("sourceKey", .string(.short(512)), "Object under the organisation's uploads/"),
            SpecField("sourceUrl", .string(.any), "https URL of the source, instead of sourceKey"),
            SpecField("sources", .array(.map(.any)), "Several sources"),
            SpecField(
                "path", .string(.short(512)),
                "Names that lead to the array inside a JSON object, joined with dots, such as data.contacts"),
        ]
    }

    private static var mappingFields: [SpecField] {
        [
            SpecField(
                "mapping",
                .map(MappingEntry.shape, atMost: MappingEntry.maximumEntries),
                "Source column to target field, or null to leave it out; all others by their names, unless automatic is false"
            ),
            SpecField(
                "preset",
                .choice(Preset.all.map(\.name) + ["auto"]),
                "Layout of another product's export; default: recognised from the header, unless mapping is not automatic"
            ), Self.unmappedField.field,
        ]
    }

    private static let matchFields = SpecField(
        "matchOn", .array(.string(.any), atMost: 64), "Fields that tell which row is meant, instead of the key")
    private static let merging = SpecMember(
        "onMatch", .object(MergeRules.fields), "How rows that are there are changed"
    ) { MergeRules($0 ?? .null) }
    private static let limit = SpecMember(
        "onError", .object(ErrorLimit.fields), "When rejected rows end the job; default never, with rejects kept"
    ) { ErrorLimit($0 ?? .null) }
    private static let unmappedField = SpecMember<Unmapped>.choice(
        "unmapped", default: .ignore,
        "Source columns without a target: ignore (default), keep in the JSON column attributes, or error")
    private static let skipsDuplicates = SpecMember.flag(
        "skipDuplicates", "true: rows whose key exists are counted and skipped; false (default): they are rejected")
    private static let modeField = SpecMember<LoadMode>.choice(
        "mode", default: .insert,
        "insert (default), upsert: rows that are there are changed, or update: only those, others are rejected")
    private static let dryRun = SpecMember.flag("dryRun", "Everything but the writing")
    private static let plan = SpecMember("plan", .string(.identifier), "Job id of an earlier dry run") { $0?.asText }
    private static let atomic = SpecMember.flag(
        "atomic", "true: one transaction, nothing stays when the job fails; false (default): committed in chunks")

    /// Decodes and checks the bytes of a spec.
    ///
    /// Throws `spec_invalid`, which names every mistake.
    init(
        bytes: [UInt8], environment: JobEnvironment, catalogue: Catalogue, formats: InputFormats = .builtIn
    ) throws(JobError) {
        var problems = SpecProblems()
        let common = try CommonSpec(
            bytes: bytes, kind: .import, shape: Self.shape(formats), environment: environment, catalogue: catalogue,
            problems: &problems)
        try self.init(common, formats: formats, problems: &problems)
    }

    /// Decodes what imports alone have; mistakes are added to those that were found before.
    ///
    /// Throws `spec_invalid`, which names every mistake.
    init(_ common: CommonSpec, formats: InputFormats = .builtIn, problems: inout SpecProblems) throws(JobError) {
        let value = common.value
        Self.refuseWhatIsMissing(value, &problems)
        self.formats = formats
        format = value.text("format").flatMap { formats[$0] }
        Self.checkOptions(of: formats, value, &problems)
        mapping = value["mapping"].map { MappingReader($0, common.resource, &problems).mapping } ?? Mapping()
        preset = value.text("preset").flatMap(Preset.named)
        recognisesPreset = value.text("preset") == "auto" || (preset == nil && mapping.isAutomatic)
        unmapped = Self.unmappedField.read(value)
        keptColumn = Self.keptColumn(common.resource)
        if unmapped == .attributes && keptColumn == nil {
            problems.add(
                "$.unmapped", "\(common.resource.name) has no JSON column to keep them in", among: ["ignore", "error"])
        }
        duplicates = Self.skipsDuplicates.read(value) ? .skip : .reject
        isDryRun = Self.dryRun.read(value)
        mode = Self.modeField.read(value)
        isAtomic = Self.atomic.read(value)
        matchOn = Self.matchOn(value, common.resource, &problems)
        mergeRules = Self.merging.read(value)
        planJobId = Self.plan.read(value)
        if planJobId != nil && isDryRun { problems.add("$.plan", "has no meaning in a dry run, which is a plan") }
        if mode != .insert && value["skipDuplicates"] != nil {
            problems.add(
                "$.skipDuplicates", "has no meaning with mode \(mode.rawValue), which changes rows that are there")
        }
        if mode == .insert && value["onMatch"] != nil {
            problems.add("$.onMatch", "has no meaning with mode insert, which changes no row that is there")
        }
        errorLimit = Self.limit.read(value)
        encoding = value["csv"]?.text("encoding").flatMap(TextEncoding.init(rawValue:))
        path = Self.path(value, format, &problems)
        downloadURLTTL = CommonSpec.downloadURLTTL.read(value)
        source = value.text("sourceKey")
        sourceURL = CommonSpec.url(value.text("sourceUrl"), at: "$.sourceUrl", common.allowList, &problems)
        if sourceURL != nil, source != nil { problems.add("$.sourceUrl", "is beside sourceKey; name one source") }
        if source == nil && sourceURL == nil && !common.hasOwnJobId {
            problems.add("$.sourceKey", "is missing; only a job with a jobId can find its upload without it")
        }
        self.common = common
        if problems.isEmpty {
            do throws(JobError) {
                _ = try sourceKey()
            } catch {
                problems.add("$.sourceKey", error.message)
            }
        }
        try problems.throwIfAny()
    }

    /// The spec names its source.
    var namesSource: Bool { source != nil || sourceURL != nil }

    /// The format as the manifest shows it.
    var formatName: String { format?.name ?? "auto" }

    /// The format of a text that begins like this.
    ///
    /// Throws as `InputFormats.text`.
    func format(of beginning: [UInt8]) throws(JobError) -> any InputFormat {
        // Looked at in any case: a spreadsheet file named .csv is told from text here.
        let found = try formats.text(beginning)
        if !path.isEmpty, let inside = formats.all.first(where: \.takesPath) { return inside }
        return format ?? found
    }

    /// What the spec says of a format.
    func options(of format: any InputFormat) -> JSONValue { common.value[format.name] ?? .null }

    /// The source object; by default the upload named like the job.
    func sourceKey() throws(JobError) -> ObjectKey {
        try JobFolder.upload(orgId: common.orgId, name: source ?? common.jobId)
    }

    /// What the loader needs to know.
    func loadRequest(attemptId: String, fence: Int) -> LoadRequest {
        LoadRequest(
            resource: common.resource, orgId: common.orgId, jobId: common.jobId, specSHA256: common.sha256,
            attemptId: attemptId, fence: fence, isDryRun: isDryRun, mode: mode, matchOn: matchOn,
            merger: { [mergeRules] in StoredRowMerger($0, mergeRules) }, isAtomic: isAtomic)
    }

    /// Fields that every row must have: an update needs only those that tell which row is meant.
    var neededFields: [String] {
        let key = mode == .update ? [] : common.resource.key
        return key + matchOn.filter { !key.contains($0) }
    }

    private static func matchOn(
        _ value: JSONValue, _ resource: Resource, _ problems: inout SpecProblems
    ) -> [String] {
        guard value["matchOn"] != nil else { return resource.key }
        let names = value.items("matchOn").compactMap(\.asText)
        if names.isEmpty { problems.add("$.matchOn", "names no field") }
        var seen: Set<[UInt8]> = []
        for (index, name) in names.enumerated() {
            let path = "$.matchOn[\(index)]"
            switch resource.column(name)?.type {
            case nil:
                problems.add(path, "'\(name)' is not a field", nearest: name, among: resource.columns.map(\.name))
            case .json: problems.add(path, "'\(name)' is JSON, which nothing can be found by")
            default: break
            }
            if !seen.insert(Array(name.utf8)).inserted { problems.add(path, "'\(name)' is there twice") }
        }
        return names == resource.key ? resource.key : names
    }

    /// Names what the contract has and this version does not.
    private static func refuseWhatIsMissing(_ value: JSONValue, _ problems: inout SpecProblems) {
        if value["sources"] != nil { problems.add("$.sources", "is not supported by this version") }
    }

    private static func path(
        _ value: JSONValue, _ format: (any InputFormat)?, _ problems: inout SpecProblems
    ) -> [String] {
        guard let text = value.text("path") else { return [] }
        let names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if names.contains("") { problems.add("$.path", "has an empty name") }
        if let format, !format.takesPath { problems.add("$.path", "has no meaning with format \(format.name)") }
        return names
    }

    private static func keptColumn(_ resource: Resource) -> Column? {
        ["attributes", "properties"].lazy.compactMap { resource.column($0) }.first { $0.type == .json }
            ?? resource.columns.first { $0.type == .json }
    }

    private static func checkOptions(
        of formats: InputFormats, _ value: JSONValue, _ problems: inout SpecProblems
    ) {
        for format in formats.all {
            guard let options = value[format.name] else { continue }
            for fault in format.faults(of: options) { problems.add("$.\(format.name).\(fault.option)", fault.problem) }
        }
    }
}

internal import Formats
internal import JobCore
internal import JobRuntime

/// What a dry run proposes: a piece of spec that was tried on the source's values, and what their evidence cannot decide.
struct Proposal {
    /// Fields that are looked at.
    private static let fieldLimit = 100
    /// Rows of each batch whose cells are kept, besides those of refused ones.
    private static let rowsOfBatch = 25
    private static let firstRows = 200
    private static let zones = ["UTC", "America/New_York", "Europe/Berlin"]

    private let spec: ImportSpec
    private let allowsSpecialValues: Bool
    private var samples: [String: FieldSample] = [:]
    private var order: [String] = []
    private var isJSON = false
    private var rows = 0

    init(_ spec: ImportSpec, allowsSpecialValues: Bool) {
        self.spec = spec
        self.allowsSpecialValues = allowsSpecialValues
    }

    /// Keeps some cells of a batch.
    mutating func add(_ batch: CheckedBatch) {
        let source = batch.source.rows
        isJSON = batch.source.isJSON
        let limit = rows < Self.firstRows ? Self.firstRows : Self.rowsOfBatch
        rows += source.rowCount
        for field in batch.mapping.sourceFields {
            if samples[field.name] == nil {
                if order.count >= Self.fieldLimit { continue }
                order.append(field.name)
            }
            var sample = samples.removeValue(forKey: field.name) ?? FieldSample(field)
            // Other objects may bring it under another name.
            if sample.field.source == field.source && sample.field.sourceName == field.sourceName {
                for row in 0..<min(limit, source.rowCount) { sample.add(source, row: row) }
            }
            samples[field.name] = sample
        }
        for problem in batch.problems {
            guard let column = problem.source, samples[problem.target]?.field.source == column else { continue }
            samples[problem.target]?.addRefused(source, row: problem.row)
        }
    }

    /// What was found for each field, by its name.
    func fields() -> [FieldProposal] {
        order.compactMap { name in samples[name].flatMap { FieldProposal(trial($0, spec.common.zone)) } }
    }

    /// The piece of spec that reads more of the fields; `nil` when there is none.
    func suggestion(_ fields: [FieldProposal]) -> JSONValue? {
        let entries = fields.filter { !$0.options.isEmpty }.map { entry($0.field, $0.options) }
        return entries.isEmpty ? nil : .object([JSONMember("mapping", .object(entries))])
    }

    /// What the fields leave open.
    func questions(_ fields: [FieldProposal]) -> [PreviewQuestion] {
        fields.compactMap(question) + zoneQuestion(fields)
    }

    /// The entry of `mapping` that the spec has for a field.
    private func own(_ field: SourceField) -> JSONMember? {
        spec.common.value["mapping"]?.members.first { member in
            guard (member.value.asText ?? member.value.text("field")) == field.name else { return false }
            let columns = member.value.items("columns").compactMap(\.asText)
            return columns.isEmpty ? member.name == field.sourceName : columns == [field.sourceName]
        }
    }

    /// What the spec says of a field besides where it comes from.
    private func options(_ field: SourceField) -> [JSONMember] {
        (own(field)?.value.members ?? []).filter { !["field", "columns", "separator"].contains($0.name) }
    }

    private func trial(_ sample: FieldSample, _ zone: ZoneRules?) -> FieldTrial {
        let cells = CellCanonicaliser(isJSONSource: isJSON, allowsSpecialValues: allowsSpecialValues, zone: zone)
        return FieldTrial(sample, spec.common.resource, cells, own: options(sample.field))
    }

    /// An entry of `mapping`, under the name that the spec has for it.
    private func entry(_ field: SourceField, _ options: [JSONMember]) -> JSONMember {
        JSONMember(
            own(field)?.name ?? field.sourceName, .object([JSONMember("field", .string(field.name))] + options))
    }

    private func question(_ proposal: FieldProposal) -> PreviewQuestion? {
        guard let (text, choices) = proposal.question else { return nil }
        return PreviewQuestion(
            about: proposal.field.name, source: proposal.field.sourceName, text: "\(text): which is meant?",
            sampled: proposal.sampled,
            choices: choices.map { choice in
                let entry = JSONValue.object([entry(proposal.field, choice.options)])
                return PreviewQuestion.Choice(spec: JSONMember("mapping", entry), rows: choice.rows)
            })
    }

    /// One for all times of the source that name no zone.
    private func zoneQuestion(_ fields: [FieldProposal]) -> [PreviewQuestion] {
        let open = fields.filter(\.lacksZone)
        guard let first = open.first else { return [] }
        let names = open.map(\.field.name).joined(separator: ", ")
        let choices = Self.zones.compactMap { name -> PreviewQuestion.Choice? in
            guard let zone = try? ZoneLoader.load(name), let sample = samples[first.field.name] else { return nil }
            let rows = trial(sample, zone).asItIs().count
            return PreviewQuestion.Choice(spec: JSONMember("timezone", .string(name)), rows: rows)
        }
        return [
            PreviewQuestion(
                about: "timezone", source: first.field.sourceName,
                text: "times of \(names) name no zone: which one is meant? These are examples, any zone will do",
                sampled: first.sampled, choices: choices)
        ]
    }
}

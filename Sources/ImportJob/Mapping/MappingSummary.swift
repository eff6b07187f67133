internal import Formats
internal import JobCore
internal import JobRuntime

extension MappingPlan {
    /// The target columns as previews show them: what comes from the source of a personal field is personal too.
    var shownColumns: [Column] {
        func sources(_ field: FieldMapping) -> [Int] {
            if case .generated = field.origin { return [] }
            return field.origin.columns + field.members.flatMap(\.origin.columns)
        }
        let personal = Set(fields.filter(\.target.isPersonal).flatMap(sources))
        return fields.map { personal.isDisjoint(with: sources($0)) ? $0.target : $0.target.asPersonal }
    }

    /// The mapping alone.
    var described: JSONValue { .array(fields.map { .object(describe($0)) }) }

    /// The effective mapping, and what a dry run saw, for the manifest; `unmapped` are all columns that did not reach a
    /// field.
    func summary(
        _ preview: ImportPreview?, _ plan: PlannedRun? = nil, source: JSONValue? = nil, consentKept: Int = 0,
        passedOver: [String] = []
    ) -> JSONValue {
        let proposals = preview?.proposal.fields() ?? []
        let statistics = preview?.describedColumns(proposals) ?? columns.map { _ in [] }
        let described = zip(fields, statistics).map { field, statistics in
            JSONValue.object(describe(field) + statistics)
        }
        var members = [
            JSONMember("rows", .array(preview?.rows ?? [])), JSONMember("columns", .array(described)),
            JSONMember("unmapped", .array((shownUnmapped + passedOver).map { .string($0) })),
        ]
        if let source { members.insert(JSONMember("source", source), at: 0) }
        if let preset { members.append(JSONMember("preset", .string(preset.name))) }
        if let preview { members += preview.members + preview.proposal.members(proposals) }
        if consentKept > 0 { members.append(JSONMember("consentKept", .integer(consentKept))) }
        if let plan { members.append(JSONMember("plan", plan.json)) }
        return .object(members)
    }

    private func describe(_ field: FieldMapping) -> [JSONMember] {
        var members = [
            JSONMember("name", .string(field.target.name)), JSONMember("source", describe(field.origin)),
            JSONMember("type", .string(field.rule.kind.name)),
        ]
        let isMapped = field.origin != .nowhere || !field.members.isEmpty || field.refusals != nil
        if isMapped {
            members.append(JSONMember("by", .string(field.reason.rawValue)))
            members.append(JSONMember("confidence", .number(field.reason.confidence)))
        }
        if let refusals = field.refusals {
            members.append(JSONMember("refusals", .array(refusals.columns.map { .string(shown[$0]) })))
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
        case .column(let index), .passedOver(_, let index): .string(shown[index])
        case .joined, .alternatives: .array(origin.columns.map { .string(shown[$0]) })
        case .generated:
            .object([
                JSONMember("generate", .string("uuid")),
                JSONMember("columns", .array(origin.columns.map { .string(shown[$0]) })),
            ])
        case .constant(let text): .object([JSONMember("value", .string(text))])
        }
    }
}

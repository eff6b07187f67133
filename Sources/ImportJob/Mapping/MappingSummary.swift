internal import JobCore
internal import JobRuntime

extension ResolvedMapping {
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
    var described: [PreviewColumn] { fields.map(describe) }

    /// The effective mapping, and what a dry run saw, for the manifest; `unmapped` are all columns that did not reach a
    /// field.
    func summary(
        _ seen: ImportPreview?, _ plan: PlannedRun? = nil, source: PreviewSource? = nil, consentKept: Int = 0,
        passedOver: [String] = []
    ) -> Preview {
        var preview = Preview()
        preview.source = source
        preview.columns = described
        preview.unmapped = shownUnmapped + passedOver
        preview.preset = preset?.name
        seen?.add(to: &preview)
        preview.consentKept = consentKept
        preview.plan = plan?.shown
        return preview
    }

    private func describe(_ field: FieldMapping) -> PreviewColumn {
        var column = PreviewColumn()
        column.name = field.target.name
        column.source = describe(field.origin)
        column.type = field.rule.kind.name
        let isMapped = field.origin != .nowhere || !field.members.isEmpty || field.refusals != nil
        if isMapped {
            column.by = field.reason.rawValue
            column.confidence = field.reason.confidence
        }
        column.refusals = field.refusals?.columns.map { shown[$0] }
        if !field.rule.description.isEmpty { column.format = field.rule.description }
        column.members = field.members.map { member in
            PreviewMember(path: member.path.joined(separator: "."), source: describe(member.origin))
        }
        return column
    }

    private func describe(_ origin: FieldMapping.Origin) -> PreviewOrigin {
        switch origin {
        case .nowhere: .nowhere
        case .column(let index), .passedOver(_, let index): .column(shown[index])
        case .joined, .alternatives: .columns(origin.columns.map { shown[$0] })
        case .generated: .generated(columns: origin.columns.map { shown[$0] })
        case .constant(let text): .constant(text)
        }
    }
}

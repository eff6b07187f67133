/// A field of a preview: where its values come from, how they are read, and what a dry run found in them.
package struct PreviewColumn: ManifestPart {
    /// The field.
    package var name = ""
    package var source = PreviewOrigin.nowhere
    /// The type that values are read as.
    package var type = ""
    /// What has decided about the source; `nil` for a field that gets nothing.
    package var by: String?
    /// How sure that is, from 0 to 1.
    package var confidence: Double?
    /// Columns of the source that tell who has refused, when the field is about consent.
    package var refusals: [String]?
    /// How values are written in the source.
    package var format: String?
    /// Members of a field with JSON that come from columns of their own.
    package var members: [PreviewMember] = []
    /// What a dry run found in the values.
    package var statistics: PreviewStatistics?

    package init() {}

    package static let keys: [ManifestKey<PreviewColumn>] = [
        ManifestKey("name", \.name), ManifestKey("source", \.source), ManifestKey("type", \.type),
        ManifestKey("by", \.by), ManifestKey("confidence", \.confidence), ManifestKey("refusals", \.refusals),
        ManifestKey("format", \.format), ManifestKey("members", \.members, unless: []),
        ManifestKey(among: \.statistics),
    ]
}

/// A member of a field with JSON, and where its value comes from.
package struct PreviewMember: ManifestPart {
    /// Names from the outside to the inside, joined by points.
    package var path = ""
    package var source = PreviewOrigin.nowhere

    package init() {}

    package init(path: String, source: PreviewOrigin) {
        self.path = path
        self.source = source
    }

    package static let keys: [ManifestKey<PreviewMember>] = [
        ManifestKey("path", \.path), ManifestKey("source", \.source),
    ]
}

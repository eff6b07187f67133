/// What a dry run has decided, as digests that a later run is held to.
package struct PreviewPlan: ManifestPart {
    /// Version of the source.
    package var source: String?
    /// Digest of the fields of the spec that decide about rows.
    package var decisions: String?
    /// Digest of the mapping; empty where columns may still come.
    package var mapping: String?

    package init() {}

    package init(source: String, decisions: String, mapping: String) {
        self.source = source
        self.decisions = decisions
        self.mapping = mapping
    }

    package static let keys: [ManifestKey<PreviewPlan>] = [
        ManifestKey("source", \.source), ManifestKey("decisions", \.decisions), ManifestKey("mapping", \.mapping),
    ]
}

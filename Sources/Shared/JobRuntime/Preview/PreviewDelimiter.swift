/// What separates the fields of a CSV file, and what else could.
package struct PreviewDelimiter: ManifestPart {
    package var text = ""
    /// What tells it: `spec`, `sep` for a first line that says so, or `content`.
    package var by = ""
    /// What was tried.
    package var candidates: [PreviewCandidate] = []

    package init() {}

    package static let keys: [ManifestKey<PreviewDelimiter>] = [
        ManifestKey("text", \.text), ManifestKey("by", \.by), ManifestKey("candidates", \.candidates, unless: []),
    ]
}

/// A delimiter that was tried on the first records.
package struct PreviewCandidate: ManifestPart {
    package var text = ""
    /// Columns that it makes.
    package var columns = 0
    /// Records with that many.
    package var agreeing = 0
    /// Records that it was tried on.
    package var records = 0

    package init() {}

    package init(text: String, columns: Int, agreeing: Int, records: Int) {
        self.text = text
        self.columns = columns
        self.agreeing = agreeing
        self.records = records
    }

    package static let keys: [ManifestKey<PreviewCandidate>] = [
        ManifestKey("text", \.text), ManifestKey("columns", \.columns), ManifestKey("agreeing", \.agreeing),
        ManifestKey("records", \.records),
    ]
}

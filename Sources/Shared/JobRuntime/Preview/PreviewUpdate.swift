/// What would change in a row that is there already.
package struct PreviewUpdate: ManifestPart {
    /// Line of the source.
    package var line: Int?
    package var key = PreviewRow([])
    package var changes: [PreviewChange] = []

    package init() {}

    package init(line: Int, key: PreviewRow, changes: [PreviewChange]) {
        self.line = line
        self.key = key
        self.changes = changes
    }

    package static let keys: [ManifestKey<PreviewUpdate>] = [
        ManifestKey("line", \.line), ManifestKey("key", \.key), ManifestKey("changes", \.changes),
    ]
}

/// A field that would change, both values as they may be shown.
package struct PreviewChange: ManifestPart {
    package var column = ""
    /// `nil` for null.
    package var before: String?
    /// `nil` for null.
    package var after: String?

    package init() {}

    package init(column: String, before: String?, after: String?) {
        self.column = column
        self.before = before
        self.after = after
    }

    package static let keys: [ManifestKey<PreviewChange>] = [
        ManifestKey("column", \.column), ManifestKey("before", orNull: \.before), ManifestKey("after", orNull: \.after),
    ]
}

/// What a CSV file has around its fields.
package struct PreviewQuote: ManifestPart {
    package var text = ""
    /// What tells it: `spec` or `content`.
    package var by = ""

    package init() {}

    package init(text: String, by: String) {
        self.text = text
        self.by = by
    }

    package static let keys: [ManifestKey<PreviewQuote>] = [ManifestKey("text", \.text), ManifestKey("by", \.by)]
}

/// How a CSV file writes a quote inside of quotes.
package struct PreviewEscape: ManifestPart {
    /// `quote` or `backslash`.
    package var name = ""
    /// What tells it: `spec` or `content`.
    package var by = ""

    package init() {}

    package init(name: String, by: String) {
        self.name = name
        self.by = by
    }

    package static let keys: [ManifestKey<PreviewEscape>] = [ManifestKey("name", \.name), ManifestKey("by", \.by)]
}

/// What a source turned out to be, and how that was found out.
package struct PreviewSource: ManifestPart {
    /// `csv`, `json` or `jsonl`.
    package var format = ""
    /// What it is packed as; `none` for nothing.
    package var compression = ""
    /// The file in an archive.
    package var member: String?
    package var encoding: PreviewEncoding?
    /// What separates the fields of a CSV file.
    package var delimiter: PreviewDelimiter?
    package var quote: PreviewQuote?
    package var escape: PreviewEscape?
    /// What becomes of blanks before quotes, when there are some.
    package var blanks: String?
    /// Lines above the header that are no part of the table.
    package var skippedLines = 0

    package init() {}

    package static let keys: [ManifestKey<PreviewSource>] = [
        ManifestKey("format", \.format), ManifestKey("compression", \.compression), ManifestKey("member", \.member),
        ManifestKey("encoding", \.encoding), ManifestKey("delimiter", \.delimiter), ManifestKey("quote", \.quote),
        ManifestKey("escape", \.escape), ManifestKey("blanks", \.blanks),
        ManifestKey("skippedLines", \.skippedLines, unless: 0),
    ]
}

/// The encoding of a source's text.
package struct PreviewEncoding: ManifestPart {
    package var name = ""
    /// What tells it: `spec`, `mark`, `content` or `default`.
    package var by = ""
    /// Of UTF-8: characters of the beginning that ASCII does not have.
    package var beyondASCII: Int?
    /// Of UTF-8: places of the beginning that do not fit it.
    package var invalid: Int?

    package init() {}

    package static let keys: [ManifestKey<PreviewEncoding>] = [
        ManifestKey("name", \.name), ManifestKey("by", \.by), ManifestKey("beyondASCII", \.beyondASCII),
        ManifestKey("invalid", \.invalid),
    ]
}

package import Formats

/// What the values of a column say about how its dates or numbers are written, and what was tried on them.
package struct PreviewEvidence: ManifestPart {
    /// Dates that can only have the day first; like the next three, `nil` without refused dates.
    package var dayFirst: Int?
    package var monthFirst: Int?
    /// Dates that could be either.
    package var either: Int?
    package var yearFirst: Int?
    /// Numbers that can only have a decimal comma; like the next two, `nil` without refused numbers.
    package var decimalComma: Int?
    package var decimalPoint: Int?
    /// Numbers that could be either.
    package var eitherMark: Int?
    /// The `format` that the suggestion has, text or a list of texts.
    package var recommendedFormat = JSONValue.null
    /// Values that formats were tried on; like all that follows, `nil` when there was nothing to try.
    package var sampled: Int?
    /// Those that are read as the spec is.
    package var read: Int?
    /// Those that would be read with the suggestion.
    package var readAsSuggested: Int?
    /// What that means, in a sentence.
    package var verdict: String?

    package init() {}

    package static let keys: [ManifestKey<PreviewEvidence>] = [
        ManifestKey("dayFirst", \.dayFirst), ManifestKey("monthFirst", \.monthFirst), ManifestKey("either", \.either),
        ManifestKey("yearFirst", \.yearFirst), ManifestKey("decimalComma", \.decimalComma),
        ManifestKey("decimalPoint", \.decimalPoint), ManifestKey("eitherMark", \.eitherMark),
        ManifestKey("recommendedFormat", \.recommendedFormat), ManifestKey("sampled", \.sampled),
        ManifestKey("read", \.read), ManifestKey("readAsSuggested", \.readAsSuggested),
        ManifestKey("verdict", \.verdict),
    ]
}

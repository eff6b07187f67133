package import Formats

/// What a dry run shows, and how any run has mapped its columns: `preview` in the manifest of an import.
///
/// The import fills it, the report shows it. It has what a manifest holds and nothing else: a new member of any part gets
/// its name in the part's `keys`.
package struct Preview: ManifestPart {
    /// What the source turned out to be.
    package var source: PreviewSource?
    /// The first rows as they would be stored.
    package var rows: [PreviewRow] = []
    /// The fields, with where their values come from.
    package var columns: [PreviewColumn] = []
    /// Columns of the source that reach no field.
    package var unmapped: [String] = []
    /// The preset that the mapping is made with.
    package var preset: String?
    /// What would change in the first rows that are there already.
    package var updates: [PreviewUpdate] = []
    /// Rows whose key came earlier in the source.
    package var repeatedKeys = 0
    /// A piece of spec that was tried on the source's values.
    package var suggestion: JSONValue?
    /// What the values leave open.
    package var questions: [PreviewQuestion] = []
    /// Rows that would have subscribed people again who had unsubscribed.
    package var consentKept = 0
    /// What a later run can be held to.
    package var plan: PreviewPlan?

    package init() {}

    package static let keys: [ManifestKey<Preview>] = [
        ManifestKey("source", \.source), ManifestKey("rows", \.rows), ManifestKey("columns", \.columns),
        ManifestKey("unmapped", \.unmapped), ManifestKey("preset", \.preset),
        ManifestKey("updates", \.updates, unless: []), ManifestKey("repeatedKeys", \.repeatedKeys, unless: 0),
        ManifestKey("suggestion", \.suggestion), ManifestKey("questions", \.questions, unless: []),
        ManifestKey("consentKept", \.consentKept, unless: 0), ManifestKey("plan", \.plan),
    ]
}

package import Formats

/// What only a person can tell, with answers to paste into the spec.
package struct PreviewQuestion: ManifestPart {
    /// One of several answers.
    package struct Choice: ManifestPart {
        /// A piece of spec.
        package var spec = JSONValue.null
        /// Sampled values that are read with it.
        package var rows = 0

        package init() {}

        package init(spec: JSONMember, rows: Int) {
            self.spec = .object([spec])
            self.rows = rows
        }

        package static let keys: [ManifestKey<Choice>] = [ManifestKey("spec", \.spec), ManifestKey("rows", \.rows)]
    }

    /// The field, or the member of the spec.
    package var about = ""
    /// The column that shows it.
    package var source = ""
    package var text = ""
    /// Values that the answers were tried on.
    package var sampled = 0
    package var choices: [Choice] = []

    package init() {}

    package init(about: String, source: String, text: String, sampled: Int, choices: [Choice]) {
        self.about = about
        self.source = source
        self.text = text
        self.sampled = sampled
        self.choices = choices
    }

    package static let keys: [ManifestKey<PreviewQuestion>] = [
        ManifestKey("about", \.about), ManifestKey("source", \.source), ManifestKey("text", \.text),
        ManifestKey("sampled", \.sampled), ManifestKey("choices", \.choices),
    ]
}

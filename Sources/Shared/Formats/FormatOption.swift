/// One thing that a spec may say of a format.
package struct FormatOption: Sendable {
    /// What it may be.
    package enum Kind: Sendable {
        case flag
        case choice([String])
        /// One ASCII character that can separate fields.
        case separator
        /// Text of at most so many characters.
        case text(Int)
        case number(ClosedRange<Int>)
        /// The same, or `auto`: found out.
        indirect case orAuto(Kind)
    }

    package let name: String
    package let kind: Kind
    /// What it means, with its default.
    package let summary: String

    package init(_ name: String, _ kind: Kind, _ summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }
}

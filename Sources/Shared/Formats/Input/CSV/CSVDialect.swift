/// How a file marks where its fields begin and end.
struct CSVDialect: Sendable, Equatable {
    /// What blanks at the edges of a field are.
    enum Blanks: Sendable {
        /// Text like any other.
        case text
        /// Nothing in front of an opening quote and behind a closing one.
        case aroundQuotes
        /// Nothing behind a delimiter, whether a quote follows or not.
        case behindDelimiters
    }

    var delimiter: UInt8
    var quote: UInt8
    /// A backslash inside quotes takes the meaning from a quote or backslash behind it.
    var escapes = false
    var blanks = Blanks.text

    /// RFC 4180, which the fast scanner reads.
    var isPlain: Bool { !escapes && blanks == .text }
}

/// How quotes inside quoted fields are written.
package enum CSVEscape: String, Sendable, CaseIterable {
    /// Found out from the beginning of the file.
    case auto
    /// Doubled.
    case quote
    /// With a backslash in front; doubled ones are read too.
    case backslash
}

package import Formats

extension JSONValue {
    /// What was found, short enough for a message.
    package var summary: String {
        switch self {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let text): return "the number \(text.prefix(40))"
        case .string(let text) where ShownURL.holdsURL(text): return "a string with a URL"
        case .string(let text):
            // Code points, as one letter may have any number of marks.
            let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40)))
            let short = start.utf8.count < text.utf8.count ? start + "…" : text
            return "the string " + JSONValue.string(short).serialized()
        case .array(let items): return "an array of \(items.count)"
        case .object(let members): return "an object of \(members.count) fields"
        }
    }
}

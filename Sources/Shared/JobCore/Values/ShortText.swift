/// Text of others, short enough for a message.
package enum ShortText {
    /// The text when it has at most so many bytes, else its beginning with `…` behind it.
    ///
    /// Cut between code points: what is seen as one letter may have any number of them.
    package static func cut(_ text: String, bytes: Int) -> String {
        if text.utf8.count <= bytes { return text }
        var short = String.UnicodeScalarView()
        var left = bytes
        for scalar in text.unicodeScalars {
            left -= UTF8.width(scalar)
            if left < 0 { break }
            short.append(scalar)
        }
        return String(short) + "…"
    }
}

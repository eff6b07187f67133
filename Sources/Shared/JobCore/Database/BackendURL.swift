/// The parts of a URL that names a database or a store.
package enum BackendURL {
    /// Scheme and what follows the colon; `file:///a` and `file:/a` are the same path.
    package static func split(_ url: String) -> (scheme: String, rest: String) {
        guard let colon = url.firstIndex(of: ":") else { return ("", url) }
        var rest = url[url.index(after: colon)...]
        if rest.hasPrefix("///") { rest = rest.dropFirst(2) }
        return (String(url[..<colon]), String(rest))
    }
}

internal import Formats
internal import HTTPTransport
internal import JobCore

/// What of the URLs in a spec a manifest, a report, the audit log and messages may hold.
///
/// User names, passwords, queries and fragments are often what gives access; the path of a hook is too. Nothing is shown
/// of a URL that cannot be understood: what looks like its path may be the rest of a password.
package enum ShownURL {
    /// The value with every text that holds a URL cut to what may be shown; a `url` keeps its host only.
    static func hiding(_ value: JSONValue, in name: String = "") -> JSONValue {
        switch value {
        case .string(let text):
            .string(holdsURL(text) ? shown(text, withPath: name.hasSameBytes(as: "sourceUrl")) : text)
        case .array(let items): .array(items.map { hiding($0, in: name) })
        case .object(let members): .object(members.map { JSONMember($0.name, hiding($0.value, in: $0.name)) })
        case .null, .bool, .number: value
        }
    }

    /// Whether the text holds something like a URL.
    static func holdsURL(_ text: String) -> Bool { text.contains("://") }

    private static func shown(_ text: String, withPath: Bool) -> String {
        guard let url = try? SourceURL(parsing: text) else { return "…" }
        if withPath { return url.place + (url.query == nil ? "" : "?…") }
        return url.origin + "/…"
    }
}

internal import Formats
internal import JobRuntime

/// What an import does with the values of rows that are there (`onMatch`).
struct MergeRules: Sendable, Equatable {
    /// An empty cell clears the value; otherwise it is left.
    var clearsEmpty = false
    /// A JSON object takes the place of the one that is there; otherwise its members are put into that one.
    var replacesJSON = false
    /// Who refused messages may be subscribed again.
    var maySubscribeAgain = false

    private static let empty = SpecMember(
        "empty", .choice(["leave", "clear"]), "What an empty cell does; default leave"
    ) { $0?.asText == "clear" }
    private static let json = SpecMember(
        "json", .choice(["merge", "replace"]),
        "Members of a JSON object are put into the one that is there (default), or take its place"
    ) { $0?.asText == "replace" }
    private static let resubscribe = SpecMember.flag(
        "resubscribe", "true: who unsubscribed may be subscribed again by this import; default false")

    /// What a spec may say of them.
    static let fields = [empty.field, json.field, resubscribe.field]

    init() {}

    /// What a spec says of them; `null` is nothing.
    init(_ value: JSONValue) {
        clearsEmpty = Self.empty.read(value)
        replacesJSON = Self.json.read(value)
        maySubscribeAgain = Self.resubscribe.read(value)
    }
}

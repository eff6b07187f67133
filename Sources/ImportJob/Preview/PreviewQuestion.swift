internal import Formats
internal import JobRuntime

/// What only a person can tell, with answers to paste into the spec: an entry of `preview.questions`.
struct PreviewQuestion {
    /// One of several answers.
    struct Choice {
        /// A piece of spec.
        let spec: JSONMember
        /// Sampled values that are read with it.
        let rows: Int
    }

    /// The field, or the member of the spec.
    let about: String
    /// The column that shows it.
    let source: String
    let text: String
    /// Values that the answers were tried on.
    let sampled: Int
    let choices: [Choice]

    var json: JSONValue {
        let choices = choices.map { choice in
            JSONValue.object([
                JSONMember("spec", .object([choice.spec])), JSONMember("rows", .integer(choice.rows)),
            ])
        }
        return .object([
            JSONMember("about", .string(about)), JSONMember("source", .string(source)),
            JSONMember("text", .string(text)), JSONMember("sampled", .integer(sampled)),
            JSONMember("choices", .array(choices)),
        ])
    }
}

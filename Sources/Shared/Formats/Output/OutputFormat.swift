package import JobCore

/// A format that results can be written in: all that a job knows of it.
///
/// One that is not in `OutputFormats.builtIn` can be handed to whoever takes a list of formats.
package protocol OutputFormat: Sendable {
    /// What specs and manifests call it, and how its files end, such as "csv".
    var name: String { get }
    /// Media type of its files (https://www.iana.org/assignments/media-types).
    var contentType: String { get }
    /// What a spec may say of it, as members of an object under its name.
    var options: [FormatOption] { get }

    /// What is wrong with options that each are of their kind: the option, and what is the matter with it.
    func faults(of options: JSONValue) -> [(option: String, problem: String)]
    /// A writer of rows with these columns, for options without faults; used for one file after the other.
    func writer(of columns: [Column], _ options: JSONValue) -> any RowWriter
    /// What counts the rows of a file that was written with these options.
    func counter(_ options: JSONValue) -> any RowCounting
}

extension OutputFormat {
    package var options: [FormatOption] { [] }
    package func faults(of options: JSONValue) -> [(option: String, problem: String)] { [] }
}

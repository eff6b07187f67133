internal import JobCore

/// The formats that a program can write, by name.
package struct OutputFormats: Sendable {
    package let all: [any OutputFormat]

    /// Precondition: no two have the same name.
    package init(_ formats: [any OutputFormat]) {
        precondition(Set(formats.map(\.name)).count == formats.count, "each format has a name of its own")
        all = formats
    }

    /// Those of the product; a new one is a line here.
    package static let builtIn = OutputFormats([
        CSVOutput(), JSONOutput(.array), JSONOutput(.lines),
    ])

    package var names: [String] { all.map(\.name) }

    /// The format of that name.
    package subscript(_ name: String) -> (any OutputFormat)? { all.first { $0.name.hasSameBytes(as: name) } }
}

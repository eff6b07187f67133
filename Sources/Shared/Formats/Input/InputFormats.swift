package import JobCore

/// The formats that a program can read, by name.
package struct InputFormats: Sendable {
    package let all: [any InputFormat]
    /// What a file is that no format recognises.
    private let usual: any InputFormat

    /// `usual` is one more format: what a file is that no other one recognises.
    ///
    /// Precondition: no two have the same name.
    package init(_ usual: any InputFormat, _ formats: [any InputFormat]) {
        all = [usual] + formats
        precondition(Set(all.map(\.name)).count == all.count, "each format has a name of its own")
        self.usual = usual
    }

    /// Those of the product; a new one is a line here.
    package static let builtIn = InputFormats(CSVInput(), [JSONInput(.array), JSONInput(.lines)])

    package var names: [String] { all.map(\.name) }

    /// The format of that name.
    package subscript(_ name: String) -> (any InputFormat)? { all.first { $0.name.hasSameBytes(as: name) } }

    /// The format of a file that has to be sought in, by its first bytes as stored; `nil` for all others.
    package func sought(_ stored: [UInt8]) -> (any InputFormat)? {
        all.first { $0.content == .sought && $0.recognises(stored) }
    }

    /// The format of a text, by its first bytes, decompressed and decoded; a few KiB are enough.
    ///
    /// Throws `not_text` for what is none, and `not_tabular` for a page of HTML or XML.
    package func text(_ beginning: [UInt8]) throws(JobError) -> any InputFormat {
        try RefusedContent.check(beginning)
        return all.first { $0.content == .text && $0.recognises(beginning) } ?? usual
    }
}

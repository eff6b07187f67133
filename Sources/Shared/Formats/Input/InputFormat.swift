package import JobCore

/// A format that sources can be in: all that an import knows of it.
///
/// One that is not in `InputFormats.builtIn` can be handed to whoever takes a list of formats.
package protocol InputFormat: Sendable {
    /// What specs and manifests call it.
    var name: String { get }
    /// What a spec may say of it, as members of an object under its name.
    var options: [FormatOption] { get }
    /// How its files are stored.
    var content: InputContent { get }
    /// The end of a file says that it is the end, so that a file that was cut short is found.
    var endsItself: Bool { get }
    /// The rows may stand inside something, and a spec may say where (`path`).
    var takesPath: Bool { get }

    /// What is wrong with options that each are of their kind: the option, and what is the matter with it.
    func faults(of options: JSONValue) -> [(option: String, problem: String)]
    /// Whether a file is in this format that begins with these bytes: those of the file, for text decoded to UTF-8.
    func recognises(_ beginning: [UInt8]) -> Bool
    /// A reader of a file, for options without faults.
    ///
    /// Throws what the beginning of the file tells of it as a whole.
    func reader(_ opening: SourceOpening) throws(JobError) -> any SourceReader
}

extension InputFormat {
    package var options: [FormatOption] { [] }
    package var content: InputContent { .text }
    package var endsItself: Bool { false }
    package var takesPath: Bool { false }
    package func faults(of options: JSONValue) -> [(option: String, problem: String)] { [] }
}

/// What the files of a format are.
package enum InputContent: Sendable {
    /// Text, which may be packed and in any encoding; readers get it decompressed and in UTF-8, from the first byte to
    /// the last.
    case text
    /// Bytes that have to be sought in, such as a ZIP archive with its directory at the end: readers get a copy of the
    /// file on this machine's disk.
    case sought
}

/// What is known of a source before its first row.
package struct SourceOpening {
    /// The first bytes, for text decoded to UTF-8.
    package var beginning: [UInt8]
    /// What the spec says of the format.
    package var options: JSONValue
    /// Names that lead to the rows.
    package var path: [String] = []
    /// The encoding the text was in, when it was not UTF-8; for messages.
    package var encoding: String?
    /// Nothing is written: small batches stay in the caches, and take less memory.
    package var prefersSmallBatches = false
    /// Whether an object with these names is a row.
    package var isRow: ([String]) -> Bool = { _ in true }
    /// Whether a file with these columns has apostrophes in front of text like a formula, whatever the options say.
    package var isGuarded: @Sendable ([String]) -> Bool = { _ in false }
    /// The whole file, for formats that seek.
    package var file: (any SeekableSource)?

    package init(beginning: [UInt8] = [], options: JSONValue = .null) {
        self.beginning = beginning
        self.options = options
    }
}

/// A file that can be read anywhere.
package protocol SeekableSource: Sendable {
    /// Bytes.
    var size: Int { get }
    /// Replaces the contents of the buffer with the `count` bytes from `offset` on, or those that are there.
    func read(_ count: Int, at offset: Int, into buffer: inout [UInt8]) throws(JobError)
}

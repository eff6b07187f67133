package import JobCore

/// JSON as a format of sources: an array of objects, or objects that follow each other.
package struct JSONInput: InputFormat {
    private let layout: JSONLayout

    package init(_ layout: JSONLayout) { self.layout = layout }

    package var name: String { layout == .array ? "json" : "jsonl" }
    package var endsItself: Bool { layout == .array }
    package var takesPath: Bool { layout == .array }

    package func recognises(_ beginning: [UInt8]) -> Bool {
        TextStart.firstByte(in: beginning) == UInt8(ascii: layout == .array ? "[" : "{")
    }

    /// Throws `json_path_missing` (65) for one object that is no row but has the rows in it.
    package func reader(_ opening: SourceOpening) throws(JobError) -> any SourceReader {
        if layout == .array { return JSONRowReader(layout: .array, path: opening.path) }
        let found = JSONOpening(opening.beginning)
        if found.isAlone { try Self.refuseWrapper(found, opening) }
        return found.isSequence ? JSONRowReader.sequence() : JSONRowReader(layout: .lines)
    }

    /// An object that is no row but has arrays of objects is what an API answers.
    private static func refuseWrapper(_ found: JSONOpening, _ opening: SourceOpening) throws(JobError) {
        let ways = found.paths.filter { $0.allSatisfy { !$0.isEmpty && !$0.contains(".") } }
            .map { $0.joined(separator: ".") }
        guard let way = ways.first, !opening.isRow(found.names) else { return }
        let others = ways.dropFirst().prefix(4)
        throw JobError(
            .jsonPathMissing,
            "the source is one JSON object, which is no row; it has rows in '\(way.prefix(128))'",
            hint: "set \"path\": \(JSONValue.string(String(way.prefix(512))).serialized())"
                + (others.isEmpty
                    ? "" : "; there are also " + others.map { "'\($0.prefix(128))'" }.joined(separator: ", ")),
            position: DataPosition(line: 1, byteOffset: 0))
    }
}

extension JSONRowReader: SourceReader {}

internal import Formats
internal import JobCore
internal import JobRuntime

/// Decides how a source that begins with an object is read.
enum JSONSource {
    /// The reader of a source that is no array.
    ///
    /// Throws `json_path_missing` (65) for one object that is no row but has the rows in it.
    static func reader(_ sample: [UInt8], _ spec: ImportSpec) throws(JobError) -> JSONRowReader {
        let opening = JSONOpening(sample)
        if opening.isAlone { try refuseWrapper(opening, spec) }
        return opening.isSequence ? .sequence() : JSONRowReader(layout: .lines)
    }

    /// An object without the key of a row but with arrays of objects is what an API answers.
    private static func refuseWrapper(_ opening: JSONOpening, _ spec: ImportSpec) throws(JobError) {
        let ways = opening.paths.filter { $0.allSatisfy { !$0.isEmpty && !$0.contains(".") } }
            .map { $0.joined(separator: ".") }
        guard let way = ways.first, !hasKey(opening.names, spec) else { return }
        let others = ways.dropFirst().prefix(4)
        throw JobError(
            .jsonPathMissing,
            "the source is one JSON object, which is no row; it has rows in '\(way.prefix(128))'",
            hint: "set \"path\": \(JSONValue.string(String(way.prefix(512))).serialized())"
                + (others.isEmpty
                    ? "" : "; there are also " + others.map { "'\($0.prefix(128))'" }.joined(separator: ", ")),
            position: DataPosition(line: 1, byteOffset: 0))
    }

    /// Whether the names reach every field that a row must have.
    private static func hasKey(_ names: [String], _ spec: ImportSpec) -> Bool {
        do {
            let preset = spec.preset ?? (spec.recognisesPreset ? Preset.recognised(in: names) : nil)
            try MappingPlan(spec: spec, columns: names, isJSON: true, preset: preset).checkNeeded(spec.common.resource)
            return true
        } catch {
            return error.code != .mappingIncomplete
        }
    }
}

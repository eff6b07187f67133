internal import Compression
internal import Formats
internal import JobRuntime
internal import Synchronization

/// What a source turned out to be, and how that was found out.
final class SourceTraits: Sendable {
    private let members = Mutex<[JSONMember]>([])

    /// For the preview; `nil` while nothing is known.
    var json: JSONValue? {
        let members = members.withLock { $0 }
        return members.isEmpty ? nil : .object(members)
    }

    /// Takes note of what the beginning of the source tells: `sample` is its text as it came.
    func note(
        _ compression: SourceCompression, member: String?, _ format: SourceFormat, _ encoding: TextEncoding,
        isTold: Bool, sample: [UInt8]
    ) {
        var found = [
            JSONMember("format", .string(format.rawValue)), JSONMember("compression", .string(compression.rawValue)),
        ]
        if let member { found.append(JSONMember("member", .string(String(member.prefix(200))))) }
        var text = [
            JSONMember("name", .string(encoding.rawValue)),
            JSONMember(
                "by",
                .string(
                    isTold
                        ? "spec" : Self.hasMark(sample) ? "mark" : encoding == .utf8 ? "default" : "content")),
        ]
        if encoding == .utf8 {
            let (characters, invalid) = TextEncoding.evidence(sample)
            text += [JSONMember("beyondASCII", .integer(characters)), JSONMember("invalid", .integer(invalid))]
        }
        found.append(JSONMember("encoding", .object(text)))
        members.withLock { $0 = found }
    }

    /// Takes note of what separates fields, what quotes them, and what stands above the header.
    func note(_ reader: CSVReader, _ spec: CSVReaderOptions) {
        guard let delimiter = reader.delimiter else { return }
        let candidates = reader.delimiterCandidates
        var found = [
            JSONMember("text", .string(Self.text(delimiter))),
            JSONMember("by", .string(spec.delimiter != nil ? "spec" : candidates.isEmpty ? "sep" : "content")),
        ]
        if !candidates.isEmpty {
            found.append(
                JSONMember(
                    "candidates",
                    .array(
                        candidates.map { candidate in
                            .object([
                                JSONMember("text", .string(Self.text(candidate.delimiter))),
                                JSONMember("columns", .integer(candidate.columns)),
                                JSONMember("agreeing", .integer(candidate.agreeing)),
                                JSONMember("records", .integer(candidate.records)),
                            ])
                        })))
        }
        var more = [JSONMember("delimiter", .object(found))]
        if let traits = reader.traits {
            let quote = [
                JSONMember("text", .string(Self.text(traits.quote))),
                JSONMember("by", .string(spec.quote == nil ? "content" : "spec")),
            ]
            let escape = [
                JSONMember("name", .string((traits.isBackslashEscaped ? CSVEscape.backslash : .quote).rawValue)),
                JSONMember("by", .string(spec.escape == .auto ? "content" : "spec")),
            ]
            more += [JSONMember("quote", .object(quote)), JSONMember("escape", .object(escape))]
            if traits.hasBlanks { more.append(JSONMember("blanks", .string("left out"))) }
            if traits.skippedLines > 0 { more.append(JSONMember("skippedLines", .integer(traits.skippedLines))) }
        }
        members.withLock { $0 += more }
    }

    private static func text(_ delimiter: UInt8) -> String { String(decoding: [delimiter], as: UTF8.self) }

    private static func hasMark(_ sample: [UInt8]) -> Bool {
        ([[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]] as [[UInt8]]).contains { sample.starts(with: $0) }
    }
}

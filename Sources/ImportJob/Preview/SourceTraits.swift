internal import Compression
internal import Formats
internal import JobRuntime
internal import Synchronization

/// Finds out what a source is.
final class SourceTraits: Sendable {
    private let source = Mutex<PreviewSource?>(nil)

    /// For the preview; `nil` while nothing is known.
    var found: PreviewSource? { source.withLock { $0 } }

    /// Takes note of what the beginning of the source tells: `sample` is its text as it came.
    func note(
        _ compression: SourceCompression, member: String?, _ format: SourceFormat, _ encoding: TextEncoding,
        isTold: Bool, sample: [UInt8]
    ) {
        var text = PreviewEncoding()
        text.name = encoding.rawValue
        text.by = isTold ? "spec" : Self.hasMark(sample) ? "mark" : encoding == .utf8 ? "default" : "content"
        if encoding == .utf8 { (text.beyondASCII, text.invalid) = TextEncoding.evidence(sample) }
        var found = PreviewSource()
        found.format = format.rawValue
        found.compression = compression.rawValue
        found.member = member.map { String($0.prefix(200)) }
        found.encoding = text
        source.withLock { [found] in $0 = found }
    }

    /// Takes note of what separates fields, what quotes them, and what stands above the header.
    func note(_ reader: CSVReader, _ spec: CSVReaderOptions) {
        guard let delimiter = reader.delimiter else { return }
        var found = PreviewDelimiter()
        found.text = Self.text(delimiter)
        found.candidates = reader.delimiterCandidates.map { candidate in
            PreviewCandidate(
                text: Self.text(candidate.delimiter), columns: candidate.columns, agreeing: candidate.agreeing,
                records: candidate.records)
        }
        found.by = spec.delimiter != nil ? "spec" : found.candidates.isEmpty ? "sep" : "content"
        let traits = reader.traits
        source.withLock { [found] source in
            source?.delimiter = found
            guard let traits else { return }
            source?.quote = PreviewQuote(text: Self.text(traits.quote), by: spec.quote == nil ? "content" : "spec")
            source?.escape = PreviewEscape(
                name: (traits.isBackslashEscaped ? CSVEscape.backslash : .quote).rawValue,
                by: spec.escape == .auto ? "content" : "spec")
            source?.blanks = traits.hasBlanks ? "left out" : nil
            source?.skippedLines = traits.skippedLines
        }
    }

    private static func text(_ delimiter: UInt8) -> String { String(decoding: [delimiter], as: UTF8.self) }

    private static func hasMark(_ sample: [UInt8]) -> Bool {
        ([[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]] as [[UInt8]]).contains { sample.starts(with: $0) }
    }
}

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
        _ compression: SourceCompression, member: String?, _ format: String, _ encoding: TextEncoding,
        isTold: Bool, sample: [UInt8]
    ) {
        var text = PreviewEncoding()
        text.name = encoding.rawValue
        text.by = isTold ? "spec" : Self.hasMark(sample) ? "mark" : encoding == .utf8 ? "default" : "content"
        if encoding == .utf8 { (text.beyondASCII, text.invalid) = TextEncoding.evidence(sample) }
        var found = PreviewSource()
        found.format = format
        found.compression = compression.rawValue
        found.member = member.map { String($0.prefix(200)) }
        found.encoding = text
        source.withLock { [found] in $0 = found }
    }

    /// Takes note of a source that is no text.
    func note(_ format: String) {
        var found = PreviewSource()
        found.format = format
        found.compression = SourceCompression.none.rawValue
        source.withLock { [found] in $0 = found }
    }

    /// Takes note of how the file turned out to be written.
    func note(_ findings: SourceFindings) {
        source.withLock { source in
            source?.delimiter = findings.delimiter.map { found in
                var delimiter = PreviewDelimiter()
                delimiter.text = found.text
                delimiter.by = found.by.rawValue
                delimiter.candidates = findings.delimiterCandidates.map { candidate in
                    PreviewCandidate(
                        text: String(decoding: [candidate.delimiter], as: UTF8.self), columns: candidate.columns,
                        agreeing: candidate.agreeing, records: candidate.records)
                }
                return delimiter
            }
            source?.quote = findings.quote.map { PreviewQuote(text: $0.text, by: $0.by.rawValue) }
            source?.escape = findings.escape.map { PreviewEscape(name: $0.text, by: $0.by.rawValue) }
            source?.blanks = findings.leavesOutBlanks ? "left out" : nil
            source?.skippedLines = findings.skippedLines
        }
    }

    private static func hasMark(_ sample: [UInt8]) -> Bool {
        ([[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]] as [[UInt8]]).contains { sample.starts(with: $0) }
    }
}

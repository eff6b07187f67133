package import JobCore

/// All mistakes of a spec, each with its JSON path, so that one run shows everything there is to correct.
package struct SpecProblems: Sendable {
    /// One line per mistake.
    package private(set) var lines: [String] = []
    /// More are counted, not listed: a hostile spec must not make a hostile log.
    private static let listed = 50
    private var hidden = 0

    /// No mistakes yet.
    package init() {}

    package var isEmpty: Bool { lines.isEmpty }

    /// Adds a mistake; with a name that is close to a known one, suggests that.
    package mutating func add(_ path: String, _ text: String, nearest name: String? = nil, among known: [String] = []) {
        var line = "\(path): \(text)"
        if let name, let close = NearestName.of(name, among: known) {
            line += "; did you mean '\(close)'?"
        } else if !known.isEmpty {
            line += "; known: \(known.joined(separator: ", "))"
        }
        append(line)
    }

    /// Adds all mistakes of another list.
    mutating func append(_ other: SpecProblems) {
        for line in other.lines { append(line) }
        hidden += other.hidden
    }

    private mutating func append(_ line: String) {
        if lines.count < Self.listed { lines.append(line) } else { hidden += 1 }
    }

    /// Throws one error that lists every mistake.
    package func throwIfAny(
        _ code: String = "spec_invalid", _ what: String = "the job spec", exitCode: ExitCode = .usage
    ) throws(JobError) {
        if lines.isEmpty { return }
        let count = lines.count + hidden
        let list = lines.map { "\n  \($0)" }.joined() + (hidden > 0 ? "\n  and \(hidden) more" : "")
        throw JobError(
            code, exitCode, "\(what) has \(count) \(count == 1 ? "mistake" : "mistakes"):\(list)",
            hint: "the verb 'schema' prints every field with its meaning")
    }
}

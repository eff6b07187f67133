package import Formats
package import JobCore

/// All mistakes of a spec, each with its JSON path, so that one run shows everything there is to correct.
///
/// What is listed has a bound in lines and in bytes: a hostile spec must not make a hostile log. What is not listed is
/// counted, and costs nothing.
package struct SpecProblems: Sendable {
    /// One line per mistake.
    package private(set) var lines: [String] = []
    private static let listed = 50
    private static let listedBytes = 16 << 10
    private static let lineBytes = 512
    /// Known names that a line lists.
    private static let listedNames = 40
    private var hidden = 0
    private var bytes = 0

    /// No mistakes yet.
    package init() {}

    package var isEmpty: Bool { lines.isEmpty }

    private var isFull: Bool { lines.count >= Self.listed || bytes >= Self.listedBytes }

    /// Adds a mistake; with a name that is close to a known one, suggests that.
    package mutating func add(
        _ path: @autoclosure () -> String, _ text: @autoclosure () -> String, nearest name: String? = nil,
        among known: @autoclosure () -> [String] = []
    ) {
        if isFull {
            hidden += 1
            return
        }
        let known = known()
        var line = "\(path()): \(text())"
        if let name, let close = NearestName.of(name, among: known) {
            line += "; did you mean '\(close)'?"
        } else if !known.isEmpty {
            line += "; known: \(known.prefix(Self.listedNames).joined(separator: ", "))"
            if known.count > Self.listedNames { line += " and \(known.count - Self.listedNames) more" }
        }
        append(ShortText.cut(line, bytes: Self.lineBytes))
    }

    /// Adds all mistakes of another list.
    mutating func append(_ other: SpecProblems) {
        for line in other.lines { append(line) }
        hidden += other.hidden
    }

    private mutating func append(_ line: String) {
        if isFull {
            hidden += 1
        } else {
            lines.append(line)
            bytes += line.utf8.count
        }
    }

    /// Throws one error that lists every mistake.
    package func throwIfAny(in document: JSONDocument = .spec) throws(JobError) {
        if lines.isEmpty { return }
        let count = lines.count + hidden
        let list = lines.map { "\n  \($0)" }.joined() + (hidden > 0 ? "\n  and \(hidden) more" : "")
        throw JobError(
            document.code, "\(document.name) has \(count) \(count == 1 ? "mistake" : "mistakes"):\(list)",
            hint: "the verb 'schema' prints every field with its meaning")
    }
}

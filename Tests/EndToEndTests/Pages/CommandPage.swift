internal import TestSupport

@testable internal import JobBench

/// A page of the project as a reader follows it: its blocks of commands, and what it says that they print.
struct CommandPage: Sendable {
    /// What a fence holds.
    struct Block: Sendable {
        /// The heading of the second level that it is below.
        let section: String
        /// The line of the page that opens it.
        let line: Int
        let language: String
        var lines: [String] = []
        /// Only empty lines are between it and the block before.
        let isDirectlyBehind: Bool
    }

    /// Commands that are run as one script.
    struct Script: Sendable {
        let section: String
        let line: Int
        let commands: [String]
        /// What the page shows of standard output; `nil` when it shows nothing.
        let output: [String]?

        /// What the last line says in a comment; 0 without one.
        var status: Int32 {
            let words = commands.last?.split(separator: "# exit code ", omittingEmptySubsequences: false) ?? []
            return words.count == 2 ? Int32(words[1]) ?? 0 : 0
        }
    }

    let name: String
    let blocks: [Block]

    /// Takes a page apart.
    init(_ name: String, _ text: String) {
        self.name = name
        var blocks: [Block] = []
        var section = ""
        var isInside = false
        var isDirectlyBehind = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("```") {
                isInside.toggle()
                if isInside {
                    blocks.append(
                        Block(
                            section: section, line: index + 1, language: String(trimmed.dropFirst(3)),
                            isDirectlyBehind: isDirectlyBehind))
                }
                isDirectlyBehind = true
            } else if isInside {
                blocks[blocks.count - 1].lines.append(String(line))
            } else if !trimmed.isEmpty {
                isDirectlyBehind = false
                if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
            }
        }
        self.blocks = blocks
    }

    /// Reads a page of the working copy.
    init(_ name: String) throws {
        self.init(name, String(decoding: try TemporaryFolder.read(Checkout.path + "/" + name), as: UTF8.self))
    }

    /// Every page of the project, by its path.
    static func names() throws -> [String] {
        let places = ["README.md", ".github", ".changes", "container", "Sources"]
        let found = try Tool.run("find", places + ["-name", "*.md"], in: Checkout.path)
        return String(decoding: found, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
    }

    /// Its blocks of commands, each with the output that is right behind it.
    var scripts: [Script] {
        blocks.indices.filter { blocks[$0].language == "sh" }.map { index in
            let next = index + 1 < blocks.count ? blocks[index + 1] : nil
            let output = next.flatMap { next in
                next.isDirectlyBehind && ["", "text"].contains(next.language) ? next.lines : nil
            }
            let block = blocks[index]
            return Script(section: block.section, line: block.line, commands: block.lines, output: output)
        }
    }
}

/// What a page shows of an output, where `…` stands for any text, and alone in a line for any lines.
struct OutputPattern {
    private let lines: [String]

    init(_ lines: [String]) { self.lines = lines }

    /// Whether a whole output is as shown.
    func fits(_ output: String) -> Bool {
        // CR and LF together are one character.
        let found = output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return Self.fit(found.last == "" ? found.dropLast() : found[...], lines[...])
    }

    private static func fit(_ found: ArraySlice<Substring>, _ shown: ArraySlice<String>) -> Bool {
        guard let head = shown.first else { return found.isEmpty }
        if head == "…" {
            return (found.startIndex...found.endIndex).contains { fit(found[$0...], shown.dropFirst()) }
        }
        guard let line = found.first, fits(line, head) else { return false }
        return fit(found.dropFirst(), shown.dropFirst())
    }

    private static func fits(_ line: Substring, _ shown: String) -> Bool {
        let parts = shown.split(separator: "…", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return line == shown }
        guard line.hasPrefix(first) else { return false }
        var rest = line.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

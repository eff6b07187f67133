/// What `Benchmarks postgresql` is asked for.
struct PostgreSQLOptions {
    /// One group of runs.
    enum Part: String, CaseIterable {
        case exportFile = "export-file"
        case exportS3 = "export-s3"
        case `import`
        case duplicates
        case dryRun = "dry-run"
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        postgresql [thousands of events, 5000] [--profiles-thousands N, 2/5 of the events] [--rounds N, 3]
                   [--only \(Part.allCases.map(\.rawValue).joined(separator: "|"))]... [--tcp] [--peers-only]
        """

    private(set) var events = 5_000_000
    private(set) var profiles = 2_000_000
    private(set) var rounds = 3
    private(set) var parts: Set<Part> = []
    /// Connections are over TCP instead of the Unix socket.
    private(set) var overTCP = false
    /// A failure of this project's programs is told and does not end the others' contest.
    private(set) var peersOnly = false

    init(_ arguments: ArraySlice<String>) throws {
        var rest = Array(arguments.reversed())
        var givenProfiles: Int?
        func number(_ text: String?) throws -> Int {
            guard let number = text.flatMap({ Int($0) }), number > 0 else {
                throw Failure(description: "not a number: \(text ?? "nothing")\nusage: \(Self.usage)")
            }
            return number
        }
        while let argument = rest.popLast() {
            switch argument {
            case "--rows-thousands": events = try number(rest.popLast()) * 1000
            case "--profiles-thousands": givenProfiles = try number(rest.popLast()) * 1000
            case "--rounds": rounds = try number(rest.popLast())
            case "--tcp": overTCP = true
            case "--peers-only": peersOnly = true
            case "--only":
                guard let part = rest.popLast().flatMap(Part.init) else {
                    throw Failure(description: "usage: \(Self.usage)")
                }
                parts.insert(part)
            default: events = try number(argument) * 1000
            }
        }
        profiles = givenProfiles ?? events * 2 / 5
        if parts.isEmpty { parts = Set(Part.allCases) }
    }
}

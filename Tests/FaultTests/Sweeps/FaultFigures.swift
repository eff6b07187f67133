internal import Glibc

@testable internal import JobBench

/// How much is tried: `FAULT_SWEEP=all` is every call, `FAULT_RUNS` how many random runs.
enum SweepSize {
    static let isWhole = variable("FAULT_SWEEP") == "all"
    static let runs = variable("FAULT_RUNS").flatMap { Int($0) } ?? 30
    static let seed = variable("FAULT_SEED").flatMap { UInt64($0) }

    /// The calls that are struck of so many: each one in the whole sweep, else the first and some others, seldom the same
    /// ones.
    static func numbers(upTo count: Int, atMost most: Int = .max) -> [Int] {
        if count < 1 { return [] }
        let all = Array(1...count)
        let wanted = isWhole ? min(count, most) : min(count, most, 3)
        if wanted == count { return all }
        if isWhole { return (0..<wanted).map { all[$0 * count / wanted] } }
        return [1] + all.dropFirst().shuffled().prefix(wanted - 1).sorted()
    }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
}

/// What was tried, and what was wrong then.
struct FaultFigures {
    private let name: String
    var count = 0
    private var found: [String] = []

    init(_ name: String) { self.name = name }

    mutating func violation(_ text: String) { found.append(text) }

    mutating func violations(_ what: String, _ texts: [String]) { found += texts.map { "\(what): \($0)" } }

    /// Prints the figures, and returns what was wrong.
    func report() -> [String] {
        Self.say("\(name): \(count) tried, \(found.count) violations\n")
        return found.map { "\(name): \($0)" }
    }

    /// Prints at once: whoever ends a long sweep early wants to know.
    static func say(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}

internal import Glibc
internal import Testing

/// How much is tried: `FAULT_SWEEP=all` is every call, `FAULT_RUNS` how many random runs.
enum FaultPlan {
    static let isWhole = variable("FAULT_SWEEP") == "all"
    static let runs = variable("FAULT_RUNS").flatMap { Int($0) } ?? 30
    static let seed = variable("FAULT_SEED").flatMap { UInt64($0) }

    /// The first call that is struck; which it is differs from time to time where not all are.
    static var first: Int { isWhole ? 1 : Int.random(in: 1...3) }

    /// The call that is struck after this one.
    static func next(after number: Int) -> Int { isWhole ? number + 1 : number + max(3, number) }

    /// The same where there are so many that later ones are further apart, also in the whole sweep.
    static func next(after number: Int, of total: Int) -> Int {
        isWhole ? number + max(1, total / 60) : number + max(3, number, total / 4)
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

    /// Prints the figures; each violation is a failure, and so is a sweep that struck next to nothing.
    func report(atLeast least: Int) {
        let text = "\(name): \(count) tried, \(found.count) violations\n"
        // The figures are what a sweep is for.
        print(text, terminator: "")
        for violation in found { Issue.record("\(name): \(violation)") }
        #expect(count >= least, "\(name)")
    }
}

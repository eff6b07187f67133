import Glibc
import TestSupport

/// Programs that do the same work with one database server; what they cost the server counts too.
///
/// Runs are interleaved, so that a busy moment of the machine hits all of them; medians are printed. A program that takes
/// three times as long as the fastest one runs once.
struct DatabaseContest {
    private struct Run {
        let seconds: Double
        let serverSeconds: Double
        let peakMemory: Int
    }

    private struct Contender {
        let name: String
        let command: [String]
        let environment: [String: String]
        /// One of this project's programs, whose failure may be passed over.
        let isOwn: Bool
        var runs: [Run] = []
        var hasFailed = false

        func median(_ value: (Run) -> Double) -> Double { runs.map(value).sorted()[runs.count / 2] }
    }

    let title: String
    let bench: PostgreSQLBench
    private var contenders: [Contender] = []

    init(_ title: String, bench: PostgreSQLBench) {
        self.title = title
        self.bench = bench
    }

    /// Adds a program and its arguments.
    mutating func add(_ name: String, _ command: [String], environment: [String: String]) {
        contenders.append(Contender(name: name, command: command, environment: environment, isOwn: false))
    }

    /// Adds a program of this project that does a job.
    mutating func add(own name: String, _ spec: SignedSpec, environment: [String: String]) throws {
        let all = environment.merging(spec.environment) { $1 }.merging(["DATABASE_URL": bench.address]) { $1 }
        let command = [try Executable.path(name), "--spec", spec.name]
        contenders.append(Contender(name: name, command: command, environment: all, isOwn: true))
    }

    /// Runs all of them in turn: makes ready, runs, compares the rows there are then, cleans.
    mutating func run(
        rows: Int, prepare: () throws -> Void = {}, count: () throws -> Int, clean: () throws -> Void
    ) throws {
        print("\n\(title)")
        for round in 1...bench.options.rounds {
            let fastest = contenders.compactMap { $0.runs.first?.seconds }.min() ?? .infinity
            for index in contenders.indices where !contenders[index].hasFailed {
                if let first = contenders[index].runs.first, first.seconds > 3 * fastest { continue }
                let name = contenders[index].name
                try prepare()
                // What the program before has left to be written is not this one's to wait for.
                sync()
                do {
                    let run = try measure(contenders[index])
                    let found = try count()
                    print("  round \(round): \(name), \(Self.text(run.seconds)) s, \(found) rows")
                    guard found == rows else {
                        throw Contest.Failure(message: "\(found) rows instead of \(rows)")
                    }
                    contenders[index].runs.append(run)
                } catch let failure as Contest.Failure {
                    print("  \(name): \(failure.message)")
                    guard contenders[index].isOwn && bench.options.peersOnly else { throw failure }
                    contenders[index].hasFailed = true
                }
                try clean()
                // A run takes minutes and may be watched through a pipe.
                fflush(nil)
            }
        }
        report()
    }

    private func measure(_ contender: Contender) throws -> Run {
        let serverStart = try ServerTime.seconds(of: bench.server)
        let start = ContinuousClock.now
        let result = try ChildProcess.run(
            contender.command[0], Array(contender.command.dropFirst()), environment: contender.environment,
            workingFolder: bench.folder.path, measuresMemory: true)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard result.status == 0 else {
            throw Contest.Failure(message: "exit code \(result.status): \(result.errorText)\(result.text)")
        }
        return Run(
            seconds: seconds, serverSeconds: try ServerTime.seconds(of: bench.server) - serverStart,
            peakMemory: result.peakMemoryBytes)
    }

    /// Prints the medians and how they compare with the first `psql` and the first DuckDB.
    ///
    /// Memory is the highest peak of any run; of programs in a pipe, that of the largest one.
    private func report() {
        let finished = contenders.filter { !$0.runs.isEmpty }
        let references = ["psql", "DuckDB"].map { name in
            finished.first { $0.name.hasPrefix(name) }?.median(\.seconds)
        }
        let widths = [28, 9, 8, 10, 10, 9]
        func line(_ cells: [String]) {
            let padded = zip(cells, widths).enumerated().map { place, cell in
                let spaces = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
                return place == 0 ? cell.0 + spaces : spaces + cell.0
            }
            print("  " + padded.joined(separator: " "))
        }
        line(["median of up to \(bench.options.rounds)", "seconds", "x psql", "x DuckDB", "peak MiB", "server s"])
        for contender in finished {
            let seconds = contender.median(\.seconds)
            let ratios = references.map { $0.map { Self.text(seconds / $0) } ?? "-" }
            let memory = (contender.runs.map(\.peakMemory).max() ?? 0) >> 20
            line(
                [contender.name, Self.text(seconds)] + ratios + [
                    "\(memory)", Self.text(contender.median(\.serverSeconds)),
                ])
        }
    }

    /// A number with two digits after the point.
    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
    }
}

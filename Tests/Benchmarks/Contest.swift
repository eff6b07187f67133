import TestSupport

/// Programs that do the same work, one of them ours.
///
/// Runs are interleaved, so that a busy moment of the machine hits all of them; medians are printed.
struct Contest {
    private struct Contender {
        let name: String
        let command: [String]
        var seconds: [Double] = []
        var peakMemory = 0
    }

    struct Failure: Error, CustomStringConvertible {
        let message: String
        var description: String { message }
    }

    private var contenders: [Contender] = []

    /// Adds a program and its arguments; the first one is what the others are compared with.
    mutating func add(_ name: String, _ command: [String]) {
        contenders.append(Contender(name: name, command: command))
    }

    /// Runs all of them so many times, each time followed by the cleaning.
    mutating func run(
        rounds: Int, environment: [String: String], folder: String, clean: () throws -> Void = {}
    ) throws {
        for _ in 0..<rounds {
            for index in contenders.indices {
                let command = contenders[index].command
                let start = ContinuousClock.now
                let result = try ChildProcess.run(
                    command[0], Array(command.dropFirst()), environment: environment, workingFolder: folder,
                    measuresMemory: true)
                guard result.status == 0 else {
                    throw Failure(message: "\(contenders[index].name): \(result.errorText)\(result.text)")
                }
                contenders[index].seconds.append((ContinuousClock.now - start) / .seconds(1))
                contenders[index].peakMemory = max(contenders[index].peakMemory, result.peakMemoryBytes)
                try clean()
            }
        }
    }

    /// Prints median, rate, peak memory and ratio of each for an amount of work.
    func report(_ amount: Int, _ unit: String) {
        let medians = contenders.map { $0.seconds.sorted()[$0.seconds.count / 2] }
        for (contender, median) in zip(contenders, medians) {
            let name = contender.name + String(repeating: " ", count: max(0, 14 - contender.name.count))
            let ratio = (median / medians[0] * 100).rounded() / 100
            print(
                "\(name) \(amount) \(unit)  \((median * 1000).rounded() / 1000) s  \(Int(Double(amount) / median)) \(unit)/s  "
                    + "\(contender.peakMemory >> 20) MiB memory  \(ratio) x \(contenders[0].name)")
        }
    }
}

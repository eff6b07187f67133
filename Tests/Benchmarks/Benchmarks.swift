/// Measures one part of the system: `Benchmarks formats [megabytes]`.
@main
enum Benchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let size = arguments.dropFirst().first.flatMap { Int($0) }
        switch arguments.first {
        case "formats": try FormatBenchmarks.run(megabytes: size ?? 100)
        default: print("usage: Benchmarks formats [megabytes]")
        }
    }
}

/// Measures one part of the system: `Benchmarks formats [megabytes]`, `Benchmarks export [rows]`.
@main
enum Benchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let size = arguments.dropFirst().first.flatMap { Int($0) }
        switch arguments.first {
        case "formats": try FormatBenchmarks.run(megabytes: size ?? 100)
        case "export": try ExportBenchmarks.run(rows: size ?? 5_000_000)
        default: print("usage: Benchmarks formats [megabytes] | export [rows]")
        }
    }
}

/// Measures one part of the system: `Benchmarks formats [megabytes]`, `export [rows]`, `upload [megabytes]`.
@main
enum Benchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let size = arguments.dropFirst().first.flatMap { Int($0) }
        switch arguments.first {
        case "formats": try FormatBenchmarks.run(megabytes: size ?? 100)
        case "export": try ExportBenchmarks.run(rows: size ?? 5_000_000)
        case "upload": try UploadBenchmarks.run(megabytes: size ?? 5120)
        default: print("usage: Benchmarks formats [megabytes] | export [rows] | upload [megabytes]")
        }
    }
}

import Glibc

/// Measures one part of the system: `Benchmarks formats [megabytes]`, `export [rows]`, `upload [megabytes]`,
/// `postgresql [thousands of events]`.
@main
enum Benchmarks {
    static func main() {
        do {
            try run()
        } catch {
            // Everything started has ended by now, which it has not when the error ends the process.
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func run() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let size = arguments.dropFirst().first.flatMap { Int($0) }
        switch arguments.first {
        case "formats": try FormatBenchmarks.run(megabytes: size ?? 100)
        case "export": try ExportBenchmarks.run(rows: size ?? 5_000_000)
        case "upload": try UploadBenchmarks.run(megabytes: size ?? 5120)
        case "postgresql": try PostgreSQLBenchmarks.run(arguments.dropFirst())
        default:
            print("usage: Benchmarks formats [megabytes] | export [rows] | upload [megabytes]")
            print("       Benchmarks \(PostgreSQLOptions.usage)")
        }
    }
}

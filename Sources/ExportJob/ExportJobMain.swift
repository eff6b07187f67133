internal import JobRuntime

/// Exports rows of one organisation from a database to an object store, then exits.
@main
struct ExportJobMain {
    static func main() async { await JobProcess.main(Export.self) }
}

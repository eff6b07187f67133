internal import JobRuntime

/// Imports a file of an object store into the tables of one organisation, then exits.
@main
struct ImportJobMain {
    static func main() async { await JobProcess.main(Import.self) }
}

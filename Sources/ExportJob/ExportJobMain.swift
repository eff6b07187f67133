internal import ArgumentParser
internal import JobRuntime

/// Exports rows of one organisation from a database to an object store, then exits.
@main
struct ExportJobMain {
    static func main() async {
        await JobProcess.main(ExportCommand.self)
    }
}

/// The command line of `ExportJob`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ExportJob",
        abstract: "Export rows of one organisation to an object store: one process, one job.",
        discussion: """
            Reads one JSON job spec from standard input, --spec or JOB_SPEC, streams the rows, keeps one manifest up to \
            date and prints it when done.

              echo '{"orgId":"org_demo","resource":"events","format":"csv"}' | ExportJob
            """,
        version: ToolVersion.description,
        subcommands: [
            RunCommand.self, PrepareCommand.self, StatusCommand.self, DownloadCommand.self, VerifyCommand.self,
            CancelCommand.self, DoctorCommand.self, SchemaCommand.self, MigrateCommand.self, KeysCommand.self,
            AuditCommand.self, SignCommand<ExportCommand>.self,
        ],
        defaultSubcommand: RunCommand.self)
}

extension ExportCommand: JobProgram {
    static var kind: JobKind { .export }
}

internal import ArgumentParser
internal import JobRuntime

/// Imports a file of an object store into the tables of one organisation, then exits.
@main
struct ImportJobMain {
    static func main() async {
        await JobProcess.main(ImportCommand.self)
    }
}

/// The command line of `ImportJob`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ImportJob",
        abstract: "Import a file into the tables of one organisation: one process, one job.",
        discussion: """
            Reads one JSON job spec from standard input, --spec or JOB_SPEC, checks and loads the rows, keeps one \
            manifest up to date and prints it when done.

              echo '{"orgId":"org_demo","resource":"contacts","sourceKey":"contacts.csv","dryRun":true}' | ImportJob
            """,
        version: ToolVersion.description,
        subcommands: [
            RunCommand.self, PrepareCommand.self, StatusCommand.self, DownloadCommand.self, VerifyCommand.self,
            CancelCommand.self, DoctorCommand.self, SchemaCommand.self, MigrateCommand.self, KeysCommand.self,
            AuditCommand.self, SignCommand<ImportCommand>.self,
        ],
        defaultSubcommand: RunCommand.self)
}

extension ImportCommand: JobProgram {
    static var kind: JobKind { .import }
}

internal import ArgumentParser

/// The command line of a program: what its kind of job can do, and what is done with jobs of any kind.
struct JobCommand<Work: Job>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Work.kind.program, abstract: Work.abstract, discussion: Work.discussion,
            version: ToolVersion.description,
            subcommands: [
                RunCommand<Work>.self, PrepareCommand<Work>.self, StatusCommand.self, DownloadCommand.self,
                VerifyCommand.self, CancelCommand.self, DoctorCommand.self, SchemaCommand<Work>.self,
                MigrateCommand.self, KeysCommand.self, AuditCommand.self, SignCommand<Work>.self,
            ],
            defaultSubcommand: RunCommand<Work>.self)
    }
}

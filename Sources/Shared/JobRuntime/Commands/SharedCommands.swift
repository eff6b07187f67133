package import ArgumentParser
internal import JobCore
internal import ObjectStorage

/// Which job a verb is about.
package struct JobSelection: ParsableArguments {
    @Option(name: .long, help: "Organisation the job belongs to.")
    package var org: String

    @Option(name: .long, help: "Id of the job.")
    package var job: String

    package init() {}

    func open() async throws -> StoredJob {
        let environment = JobEnvironment()
        let log = JobLog(level: environment.logLevel)
        let backends = try await Backends.open(environment, log: log)
        return try await StoredJob(
            backends: backends, folder: JobFolder(orgId: org, jobId: job), environment: environment, log: log)
    }
}

/// Prints the manifest of a job.
package struct StatusCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print the manifest of a job: state, progress, counts, links.")

    @OptionGroup var selection: JobSelection

    package init() {}

    package func run() async throws {
        let job = try await selection.open()
        StandardStream.output(String(decoding: job.bytes, as: UTF8.self))
    }
}

/// Signs fresh download links.
package struct DownloadCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Print fresh download links, one per line, without running the job again.")

    @OptionGroup var selection: JobSelection

    @Flag(name: .long, help: "Link to the rejects file of an import instead of the result.")
    var rejects = false

    package init() {}

    package func run() async throws {
        let job = try await selection.open()
        for link in try await job.links(rejects: rejects) { StandardStream.output(link + "\n") }
    }
}

/// Reads a result back and proves it.
package struct VerifyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read the result back: prove rows, bytes and SHA-256 against the manifest.")

    @OptionGroup var selection: JobSelection

    package init() {}

    package func run() async throws {
        let job = try await selection.open()
        for line in try await Verification(job: job).run() { StandardStream.output(line + "\n") }
    }
}

/// Asks a job to stop.
package struct CancelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a job; a running one stops within five seconds.")

    @OptionGroup var selection: JobSelection

    package init() {}

    package func run() async throws {
        let job = try await selection.open()
        StandardStream.output(try await job.cancel())
    }
}

/// Creates missing tables.
package struct MigrateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Create the tables of the catalogue that are missing.")

    @Flag(name: .long, help: "Print the SQL instead of running it.")
    var print = false

    @Option(name: .long, help: "Dialect to print: sqlite or postgresql.")
    var dialect = "sqlite"

    package init() {}

    package func run() async throws {
        let environment = JobEnvironment()
        if print {
            let catalogue = try CatalogueFile.load(environment.catalogueFile)
            StandardStream.output(try Migration.script(catalogue, dialect: dialect))
            return
        }
        let log = JobLog(level: environment.logLevel)
        let backends = try await Backends.open(environment, log: log)
        let created = try await backends.database.migrate(backends.catalogue)
        StandardStream.output(
            created.isEmpty
                ? "nothing to do: every table exists in \(backends.database.description)\n"
                : "created \(created.joined(separator: ", ")) in \(backends.database.description)\n")
    }
}

/// Checks everything a job will need.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check database, object store, clock and conditional writes; say what to fix.")

    package init() {}

    package func run() async throws {
        let environment = JobEnvironment()
        let report = await Doctor(environment: environment).examine()
        StandardStream.output(report.text)
        if let failure = report.failure { throw failure }
    }
}

package import ArgumentParser
internal import JobCore
internal import ObjectStorage

/// What every verb works with.
struct Workplace: Sendable {
    let environment = JobEnvironment()
    let log: JobLog
    let backends: Backends

    init() async throws {
        log = JobLog(level: environment.logLevel)
        backends = try await Backends.open(environment, log: log)
    }

    var gate: Gate { Gate(backends, environment: environment, log: log) }
    var audit: AuditLog { AuditLog(backends, log: log) }
}

/// Which job a verb is about.
package struct JobSelection: ParsableArguments {
    @Option(name: .long, help: "Organisation the job belongs to.")
    package var org: String

    @Option(name: .long, help: "Id of the job.")
    package var job: String

    package init() {}

    /// Opens the job for somebody who may.
    func open(to action: String) async throws -> StoredJob {
        let place = try await Workplace()
        let folder = try JobFolder(orgId: org, jobId: job)
        let actor = try await place.gate.admitOperator(to: action, orgId: org, jobId: job)
        return try await StoredJob(
            backends: place.backends, folder: folder, environment: place.environment, log: place.log, actor: actor)
    }
}

/// Prints the manifest of a job.
package struct StatusCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print the manifest of a job: state, progress, counts, links.")

    @OptionGroup var selection: JobSelection

    package init() {}

    package func run() async throws {
        let job = try await selection.open(to: "status")
        if job.holdsLinks { try await job.record("status") }
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
        let job = try await selection.open(to: "download")
        let links = try await job.links(rejects: rejects)
        try await job.record("download")
        for link in links { StandardStream.output(link + "\n") }
    }
}

/// Reads a result back and proves it.
package struct VerifyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read the result back: prove rows, bytes and SHA-256 against the manifest.")

    @OptionGroup var selection: JobSelection

    package init() {}

    package func run() async throws {
        let job = try await selection.open(to: "verify")
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
        for tries in 1...5 {
            let job = try await selection.open(to: "cancel")
            do {
                let manifest = try await job.cancel()
                try await job.record("cancel")
                StandardStream.output(manifest)
                return
            } catch let error as JobError where error.code == .preconditionFailed && tries < 5 {
                // Somebody has launched, ended or cancelled it since it was looked at.
                continue
            }
        }
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
        if print {
            let environment = JobEnvironment()
            let catalogue = try CatalogueFile.load(environment.catalogueFile)
            StandardStream.output(try Migration.script(catalogue, dialect: dialect))
            return
        }
        let backends = try await Workplace().backends
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

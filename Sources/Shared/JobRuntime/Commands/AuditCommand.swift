internal import ArgumentParser
internal import Formats
internal import JobCore

/// Who did what: the audit log of an organisation.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove or print the audit log of an organisation.",
        subcommands: [
            VerifyAuditCommand.self, ShowAuditCommand.self, HeadCommand.self, AdoptAuditCommand.self,
        ])
}

struct VerifyAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Follow the hash chain; name the first entry that was changed, removed or moved (exit code 65).")

    @OptionGroup var selection: OrganisationSelection

    @Option(name: .long, help: "A copy of the head that was kept elsewhere, to compare the log with.")
    var head: String?

    func run() async throws {
        let copy = try head.map { try FileInput.read($0, limit: 1 << 20, what: "head") }
        let (place, _) = try await selection.open(to: "audit.verify")
        for line in try await place.audit.verify(selection.org, copy: copy) { StandardStream.output(line + "\n") }
    }
}

struct ShowAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the entries in their order, one JSON line each.")

    @OptionGroup var selection: OrganisationSelection

    @Option(name: .long, help: "Only the entries of this job.")
    var job: String?

    func run() async throws {
        let (place, _) = try await selection.open(to: "audit.show")
        try await place.audit.show(selection.org, job: job) { entry in
            StandardStream.output(entry.json().serialized() + "\n")
        }
    }
}

struct HeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head", abstract: "Print the signed end of the log, to be kept elsewhere for verify --head.")

    @OptionGroup var selection: OrganisationSelection

    func run() async throws {
        let (place, _) = try await selection.open(to: "audit.head")
        StandardStream.output(try await place.audit.head(selection.org))
    }
}

struct AdoptAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Sign for a log that was written without JOB_SIGNING_KEY, or with another one.")

    @OptionGroup var selection: OrganisationSelection

    @Flag(name: .long, help: "Adopt a damaged log too; the entry says what was found.")
    var anyway = false

    func run() async throws {
        let (place, actor) = try await selection.open(to: "audit.adopt")
        for line in try await place.audit.adopt(selection.org, by: actor, anyway: anyway) {
            StandardStream.output(line + "\n")
        }
    }
}

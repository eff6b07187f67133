package import ArgumentParser
internal import Formats
internal import JobCore

/// Who did what: the audit log of an organisation.
package struct AuditCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove or print the audit log of an organisation.",
        subcommands: [VerifyAuditCommand.self, ShowAuditCommand.self])

    package init() {}
}

struct VerifyAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Follow the hash chain; name the first entry that was changed, removed or moved (exit code 65).")

    @OptionGroup var selection: OrganisationSelection

    func run() async throws {
        let (place, _) = try await selection.open(to: "audit.verify")
        for line in try await place.audit.verify(selection.org) { StandardStream.output(line + "\n") }
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

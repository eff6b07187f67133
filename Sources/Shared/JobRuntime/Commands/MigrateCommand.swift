internal import ArgumentParser
internal import JobCore

/// Creates missing tables.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Create the tables of the catalogue that are missing.")

    @Flag(name: .long, help: "Print the SQL instead of running it.")
    var print = false

    @Option(
        name: .long,
        help: "Dialect to print: \(Backends.builtIn.drivers.map(\.dialect.name).joined(separator: " or ")).")
    var dialect = "sqlite"

    func run() async throws {
        let configuration = try Configuration()
        if print {
            StandardStream.output(try Migration.script(configuration.catalogue, dialect: dialect))
            return
        }
        let place = try await configuration.open()
        let created = try await place.database.migrate(place.catalogue)
        StandardStream.output(
            created.isEmpty
                ? "nothing to do: every table exists in \(place.database.description)\n"
                : "created \(created.joined(separator: ", ")) in \(place.database.description)\n")
    }
}

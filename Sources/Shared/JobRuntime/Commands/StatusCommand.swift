internal import ArgumentParser
internal import JobCore

/// Prints the manifest of a job.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print the manifest of a job: state, progress, counts, links.")

    @OptionGroup var selection: JobSelection

    func run() async throws {
        let job = try await selection.open(to: "status")
        if job.holdsLinks { try await job.record("status") }
        StandardStream.output(String(decoding: job.bytes, as: UTF8.self))
    }
}

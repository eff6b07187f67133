internal import ArgumentParser
internal import JobCore

/// Signs fresh download links.
struct DownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Print fresh download links, one per line, without running the job again.")

    @OptionGroup var selection: JobSelection

    @Flag(name: .long, help: "Link to the rejects file of an import instead of the result.")
    var rejects = false

    func run() async throws {
        let job = try await selection.open(to: "download")
        let links = try await job.links(rejects: rejects)
        try await job.record("download")
        for link in links { StandardStream.output(link + "\n") }
    }
}

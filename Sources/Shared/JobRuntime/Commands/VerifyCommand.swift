internal import ArgumentParser
internal import JobCore

/// Reads a result back and proves it.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read the result back: prove rows, bytes and SHA-256 against the manifest.")

    @OptionGroup var selection: JobSelection

    func run() async throws {
        let job = try await selection.open(to: "verify")
        for line in try await Verification(job: job).run() { StandardStream.output(line + "\n") }
    }
}
